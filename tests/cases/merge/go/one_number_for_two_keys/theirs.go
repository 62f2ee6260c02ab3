package a

var codes = map[string]int{
	"Start": 1,
	"Stop": 2,
	"Pause": 3,
	"Seek": 4,
}
