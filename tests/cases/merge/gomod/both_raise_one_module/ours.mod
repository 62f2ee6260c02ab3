module example.com/shop

go 1.21

require (
	example.com/a v1.9.0
	example.com/m v0.9.0
)
