package shop

type Box struct{}

func (b Box) Len() int {
	return 1
}

func (b Bag) Len() int {
	return 2
}

type Bag struct{}
