package shop

var state int

func init() {
	state = 1
}
