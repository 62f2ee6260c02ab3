import os

# Note.
