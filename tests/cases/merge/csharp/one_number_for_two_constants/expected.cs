public static class C
{
    public const int Start = 1;
<<<<<<< ours
    public const int Skip = 4;
    public const int Stop = 2;
    public const int Pause = 3;
=======
    public const int Stop = 2;
    public const int Pause = 3;
    public const int Seek = 4;
>>>>>>> theirs
}
