# -*- coding: utf-8 -*-
import abc
import os
