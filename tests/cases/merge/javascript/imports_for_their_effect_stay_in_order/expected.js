import './first';
<<<<<<< ours
import './second';
=======
import './third';
>>>>>>> theirs

open();
