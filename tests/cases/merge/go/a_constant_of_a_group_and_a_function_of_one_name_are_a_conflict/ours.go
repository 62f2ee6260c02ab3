package shop

type Item struct {
	Name string
}

const (
	Least = 1
	Limit = 9
)

func Show(item Item) string {
	return item.Name
}

func Hide(item Item) {}
