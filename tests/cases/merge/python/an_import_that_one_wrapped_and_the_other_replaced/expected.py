import sys

<<<<<<< ours
import other
=======
if sys.platform == "linux":
    import chardet
>>>>>>> theirs

print(sys)
