ERR_Start = 1
<<<<<<< ours
ERR_Skip = 4
ERR_Stop = 2
ERR_Pause = 3
=======
ERR_Stop = 2
ERR_Pause = 3
ERR_Seek = 4
>>>>>>> theirs
