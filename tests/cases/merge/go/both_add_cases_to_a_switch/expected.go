package shop

func Open(kind int) {
	switch kind {
	case 1:
		first()
<<<<<<< ours
	case 2:
		second()
=======
	case 3:
		third()
>>>>>>> theirs
	}
}
