package shop

func Open() {
	first()
}

<<<<<<< ours
=======
func Close() {
	last()
	very()
}
>>>>>>> theirs

