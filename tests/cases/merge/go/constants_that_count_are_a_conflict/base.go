package shop

const (
	Red = iota
)
