"""Doc."""

import os
