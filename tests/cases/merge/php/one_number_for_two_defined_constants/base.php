<?php
define('Start', 1);
define('Stop', 2);
define('Pause', 3);
