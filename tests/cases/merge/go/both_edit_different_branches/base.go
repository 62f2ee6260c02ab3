package shop

func Open(kind int) {
	if kind == 1 {
		first()
	} else {
		second()
	}
}
