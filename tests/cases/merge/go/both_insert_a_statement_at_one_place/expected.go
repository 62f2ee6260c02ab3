package shop

func Open() {
	first()
<<<<<<< ours
	second()
=======
	third()
>>>>>>> theirs
}
