static const int F_Start = 1;
static const int F_Skip = 4;
static const int F_Stop = 2;
static const int F_Pause = 3;
