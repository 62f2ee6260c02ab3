package shop

func Open(name string, mode int) (err error) {
	return open(name)
}
