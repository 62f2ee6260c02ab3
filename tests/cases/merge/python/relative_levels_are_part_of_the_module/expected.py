from . import a, b
from .. import c
