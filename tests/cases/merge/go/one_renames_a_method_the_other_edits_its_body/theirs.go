package shop

func (b *Box) Open(name string) error {
	path := join(b.root, name)
	return open(clean(path))
}
