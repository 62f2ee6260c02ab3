package shop

func Open(name string) error {
	return open(name)
}
