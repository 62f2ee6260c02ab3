package shop

type Box struct {
	Name string
	// Size in litres.
	Size int
}
