package a

const ErrStart = 1
const ErrSkip = 4
const ErrStop = 2
const ErrPause = 3
