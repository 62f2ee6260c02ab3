from a import c
import os

os.x()
c()
