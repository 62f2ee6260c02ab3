package shop

func Open() int {
	a := first(10)
	b := second(20)
	return a + b
}
