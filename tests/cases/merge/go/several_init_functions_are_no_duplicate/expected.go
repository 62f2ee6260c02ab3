package shop

func init() {
	prepare()
}

var state int

func init() {
	state = 1
}
