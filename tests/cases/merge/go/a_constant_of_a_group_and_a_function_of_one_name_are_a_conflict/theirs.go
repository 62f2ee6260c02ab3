package shop

type Item struct {
	Name string
}

func Show(item Item) string {
	return item.Name
}

func Hide(item Item) {}

func Limit() int {
	return 9
}
