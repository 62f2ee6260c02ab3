package shop

const (
	Red = iota
	Blue
)
