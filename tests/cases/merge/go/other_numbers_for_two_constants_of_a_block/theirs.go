package a

const (
	ErrStart Code = 1
	ErrStop Code = 2
	ErrPause Code = 3
	ErrSeek Code = 5
)
