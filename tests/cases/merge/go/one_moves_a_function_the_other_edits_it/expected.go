package shop

func Close() {
	last()
}

func Reset() {
	start()
}

func Open() {
	first()
	second()
}
