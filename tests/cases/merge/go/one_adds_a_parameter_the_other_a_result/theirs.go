package shop

func Open(name string) (err error) {
	return open(name)
}
