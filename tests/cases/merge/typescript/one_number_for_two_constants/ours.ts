export const ERR_Start = 1;
export const ERR_Skip = 4;
export const ERR_Stop = 2;
export const ERR_Pause = 3;
