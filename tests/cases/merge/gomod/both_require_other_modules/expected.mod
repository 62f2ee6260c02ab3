module example.com/shop

go 1.21

require (
	example.com/a v1.2.0
	example.com/b v1.0.0
	example.com/c v1.1.0
	example.com/m v0.9.0
)
