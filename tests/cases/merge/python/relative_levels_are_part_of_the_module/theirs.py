from . import a
from .. import c
