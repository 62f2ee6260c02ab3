package shop

func Open() {
	first()
	third()
}
