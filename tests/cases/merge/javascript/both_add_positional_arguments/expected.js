<<<<<<< ours
open(a, b);
=======
open(a, c);
>>>>>>> theirs
