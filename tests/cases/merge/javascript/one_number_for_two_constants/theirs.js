const ERR_Start = 1;
const ERR_Stop = 2;
const ERR_Pause = 3;
const ERR_Seek = 4;
