package shop

const (
	Red = iota
<<<<<<< ours
	Blue
=======
	Green
>>>>>>> theirs
)
