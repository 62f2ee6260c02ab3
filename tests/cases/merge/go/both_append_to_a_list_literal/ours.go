package shop

var names = []string{
	"pear",
	"plum",
}
