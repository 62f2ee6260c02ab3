<?php
define('Start', 1);
define('Skip', 4);
define('Stop', 2);
define('Pause', 3);
