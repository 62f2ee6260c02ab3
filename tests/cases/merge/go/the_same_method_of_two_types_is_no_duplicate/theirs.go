package shop

type Box struct{}

func (b Bag) Len() int {
	return 2
}

type Bag struct{}
