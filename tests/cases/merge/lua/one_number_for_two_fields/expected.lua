local M = {}
M.Start = 1
<<<<<<< ours
M.Skip = 4
M.Stop = 2
M.Pause = 3
=======
M.Stop = 2
M.Pause = 3
M.Seek = 4
>>>>>>> theirs
return M
