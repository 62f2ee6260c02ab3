package shop

func Open( {
	one()
	second()
}
