package shop

type Box struct{}

type Bag struct{}
