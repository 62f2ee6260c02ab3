import os
from a import c
