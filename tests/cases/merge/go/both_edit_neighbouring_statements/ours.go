package shop

func Open() int {
	a := first(10)
	b := second(2)
	return a + b
}
