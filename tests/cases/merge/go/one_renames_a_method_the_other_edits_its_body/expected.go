package shop

func (b *Box) OpenNamed(name string) error {
	path := join(b.root, name)
	return open(clean(path))
}
