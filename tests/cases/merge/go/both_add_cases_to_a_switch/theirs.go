package shop

func Open(kind int) {
	switch kind {
	case 1:
		first()
	case 3:
		third()
	}
}
