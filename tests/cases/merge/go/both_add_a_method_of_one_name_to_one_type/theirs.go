package shop

type Box struct{}

func (b *Box) Open() {
	b.open()
}

func (b *Box) Shut() {
	b.shut()
}

func (b *Box) Len() int {
	return 2
}
