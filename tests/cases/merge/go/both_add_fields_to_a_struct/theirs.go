package shop

type Box struct {
	Name string
	Colour string `json:"colour"`
}
