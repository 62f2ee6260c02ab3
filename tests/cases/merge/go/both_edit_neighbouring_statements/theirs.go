package shop

func Open() int {
	a := first(1)
	b := second(20)
	return a + b
}
