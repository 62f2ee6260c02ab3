package shop

type Box struct {
	Name string
}
