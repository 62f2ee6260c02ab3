package shop

const (
	Red = iota
	Green
)
