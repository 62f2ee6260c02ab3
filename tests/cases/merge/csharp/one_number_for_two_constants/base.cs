public static class C
{
    public const int Start = 1;
    public const int Stop = 2;
    public const int Pause = 3;
}
