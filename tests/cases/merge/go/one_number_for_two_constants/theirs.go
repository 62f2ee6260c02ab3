package a

const ErrStart = 1
const ErrStop = 2
const ErrPause = 3
const ErrSeek = 4
