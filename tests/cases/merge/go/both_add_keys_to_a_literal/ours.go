package shop

var prices = map[string]int{
	"pear": 1,
	"plum": 2,
}
