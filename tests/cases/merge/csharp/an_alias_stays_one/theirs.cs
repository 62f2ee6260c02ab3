enum Kind
{
    Start = 1,
    Stop = 2,
    Halt = 2,
    Seek = 4,
}
