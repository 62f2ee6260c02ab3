package shop

func Open() {
	first()
}
