import os
<<<<<<< ours
from a import load
=======
from b import load
>>>>>>> theirs
