import os
import re

import third

from . import own
