package shop

func Open( {
	first()
	two()
}
