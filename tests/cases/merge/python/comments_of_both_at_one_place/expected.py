import os

# Mine.

# Yours.
