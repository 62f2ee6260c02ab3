package shop

const (
	Red = "red"
	Green = "green"
)
