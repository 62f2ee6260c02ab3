from a import b
from a import bb
from a import c
from a import d
