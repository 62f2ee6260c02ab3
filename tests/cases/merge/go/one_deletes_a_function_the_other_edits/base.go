package shop

func Open() {
	first()
}

func Close() {
	last()
}
