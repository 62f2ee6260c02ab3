<?php
class C
{
    public const Start = 1;
    public const Stop = 2;
    public const Pause = 3;
}
