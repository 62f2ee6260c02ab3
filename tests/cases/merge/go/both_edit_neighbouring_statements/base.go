package shop

func Open() int {
	a := first(1)
	b := second(2)
	return a + b
}
