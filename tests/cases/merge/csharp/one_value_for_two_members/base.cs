public enum E
{
    Start = 1,
    Stop = 2,
    Pause = 3,
}
