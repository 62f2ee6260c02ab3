package shop

var names = []string{
	"pear",
	"fig",
}
