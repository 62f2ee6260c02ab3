package a

const (
	ErrStart Code = 1
<<<<<<< ours
	ErrSkip Code = 4
	ErrStop Code = 2
	ErrPause Code = 3
=======
	ErrStop Code = 2
	ErrPause Code = 3
	ErrSeek Code = 4
>>>>>>> theirs
)
