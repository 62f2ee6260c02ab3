package shop

func Open(name string, mode int) error {
	return open(name)
}
