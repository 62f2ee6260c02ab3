package a

const ErrStart = 1
<<<<<<< ours
const ErrSkip = 4
const ErrStop = 2
const ErrPause = 3
=======
const ErrStop = 2
const ErrPause = 3
const ErrSeek = 4
>>>>>>> theirs
