import os
import re
from a import b

os.x()
