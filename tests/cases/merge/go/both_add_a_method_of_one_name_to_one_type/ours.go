package shop

type Box struct{}

func (b *Box) Len() int {
	return 1
}

func (b *Box) Open() {
	b.open()
}

func (b *Box) Shut() {
	b.shut()
}
