package shop

func Open() {
	first()
	second()
}

func Close() {
	last()
}

func Reset() {
	start()
}
