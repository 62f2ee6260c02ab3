<?php
return match ($x) {
    1 => 'one',
    4 => 'x',
    2 => 'two',
    3 => 'three',
};
