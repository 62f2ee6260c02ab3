package shop

func Open() int {
	return first(one(10), two(2))
}
