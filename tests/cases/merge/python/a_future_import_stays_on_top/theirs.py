"""Doc."""

import os
import sys
