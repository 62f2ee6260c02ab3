from a import b, c
import os

os.x()
c()
