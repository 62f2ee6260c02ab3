package a

const (
	ErrStart Code = 1
	ErrSkip Code = 4
	ErrStop Code = 2
	ErrPause Code = 3
)
