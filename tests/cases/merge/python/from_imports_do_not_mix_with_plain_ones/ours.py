import os
import re

os.x()
