package shop

func Open() {
	first()
	second()
}
