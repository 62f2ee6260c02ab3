# -*- coding: utf-8 -*-
import abc
import base
import os
