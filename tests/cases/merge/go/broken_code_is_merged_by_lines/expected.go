package shop

func Open( {
<<<<<<< ours
	one()
	second()
=======
	first()
	two()
>>>>>>> theirs
}
