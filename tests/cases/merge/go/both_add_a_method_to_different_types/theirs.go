package shop

type Box struct{}

type Bag struct{}

func (b Bag) Len() int {
	return 2
}
