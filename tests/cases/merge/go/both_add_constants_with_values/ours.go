package shop

const (
	Red = "red"
	Blue = "blue"
)
