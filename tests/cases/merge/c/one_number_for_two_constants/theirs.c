static const int F_Start = 1;
static const int F_Stop = 2;
static const int F_Pause = 3;
static const int F_Seek = 4;
