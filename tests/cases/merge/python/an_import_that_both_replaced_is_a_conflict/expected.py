<<<<<<< ours
from b import load
=======
from c import load
>>>>>>> theirs

load()
