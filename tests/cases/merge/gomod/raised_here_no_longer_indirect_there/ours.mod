module example.com/shop

go 1.21

require (
	example.com/a v1.2.0
)

require (
	example.com/m v0.9.1 // indirect
)
