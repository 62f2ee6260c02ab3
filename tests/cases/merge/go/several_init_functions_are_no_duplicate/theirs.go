package shop

func init() {
	prepare()
}

var state int
