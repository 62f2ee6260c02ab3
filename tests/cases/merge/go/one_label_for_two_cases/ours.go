package a

func f(x int) string {
	switch x {
	case 1:
		return "one"
	case 4:
		return "x"
	case 2:
		return "two"
	case 3:
		return "three"
	}
	return ""
}
