package shop

type Box struct{}

<<<<<<< ours
func (b *Box) Len() int {
	return 1
}
=======
func (b *Box) Len() int {
	return 2
}
>>>>>>> theirs

func (b *Box) Open() {
	b.open()
}

func (b *Box) Shut() {
	b.shut()
}
