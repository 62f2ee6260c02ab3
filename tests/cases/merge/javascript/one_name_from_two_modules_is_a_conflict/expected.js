<<<<<<< ours
import { size } from './a';
import { open } from './box';
=======
import { open } from './box';
import { size } from './b';
>>>>>>> theirs

open();
