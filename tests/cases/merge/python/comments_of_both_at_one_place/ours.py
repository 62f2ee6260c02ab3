import os

# Mine.
