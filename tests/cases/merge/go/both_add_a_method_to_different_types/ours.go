package shop

type Box struct{}

func (b *Box) Len() int {
	return 1
}

type Bag struct{}
