package shop

var names = []string{
	"pear",
<<<<<<< ours
	"plum",
=======
	"fig",
>>>>>>> theirs
}
