<?php
define('Start', 1);
<<<<<<< ours
define('Skip', 4);
define('Stop', 2);
define('Pause', 3);
=======
define('Stop', 2);
define('Pause', 3);
define('Seek', 4);
>>>>>>> theirs
