enum Kind
{
    Start = 1,
    Skip = 3,
    Stop = 2,
    Halt = 2,
    Seek = 4,
}
