local M = {}
M.Start = 1
M.Skip = 4
M.Stop = 2
M.Pause = 3
return M
