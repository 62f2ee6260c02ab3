# -*- coding: utf-8 -*-
import base
import os
