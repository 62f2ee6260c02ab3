<?php
class C
{
    public const Start = 1;
<<<<<<< ours
    public const Skip = 4;
    public const Stop = 2;
    public const Pause = 3;
=======
    public const Stop = 2;
    public const Pause = 3;
    public const Seek = 4;
>>>>>>> theirs
}
