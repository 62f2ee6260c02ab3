package shop

type Item struct {
	Name string
}

<<<<<<< ours
const (
	Least = 1
	Limit = 9
)
=======
func Limit() int {
	return 9
}
>>>>>>> theirs

func Show(item Item) string {
	return item.Name
}

func Hide(item Item) {}
