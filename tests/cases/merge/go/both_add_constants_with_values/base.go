package shop

const (
	Red = "red"
)
