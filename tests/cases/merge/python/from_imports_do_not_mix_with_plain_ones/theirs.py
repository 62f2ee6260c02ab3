import os
from a import b

os.x()
