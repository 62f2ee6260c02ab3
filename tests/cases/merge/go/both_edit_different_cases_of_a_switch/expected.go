package shop

func Open(kind int) {
	switch kind {
	case 1:
		first()
		more()
	case 2, 3:
		second()
	}
}
