package shop

var prices = map[string]int{
	"pear": 1,
}
