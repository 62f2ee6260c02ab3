import os

import third

from . import own, more
