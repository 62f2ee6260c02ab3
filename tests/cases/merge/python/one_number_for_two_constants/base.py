ERR_Start = 1
ERR_Stop = 2
ERR_Pause = 3
