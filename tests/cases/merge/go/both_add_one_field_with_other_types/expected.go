package shop

type Box struct {
	Name string
<<<<<<< ours
	Size int
=======
	Size float64
>>>>>>> theirs
}
