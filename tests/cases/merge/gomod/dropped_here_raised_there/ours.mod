module example.com/shop

go 1.21

require (
	example.com/m v0.9.0
)
