from a import b
import os

os.x()
