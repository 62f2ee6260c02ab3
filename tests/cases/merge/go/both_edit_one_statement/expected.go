package shop

func Open() int {
<<<<<<< ours
	return first(10)
=======
	return first(20)
>>>>>>> theirs
}
