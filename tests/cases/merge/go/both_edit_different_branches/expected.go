package shop

func Open(kind int) {
	if kind == 1 {
		first()
		more()
	} else {
		other()
	}
}
