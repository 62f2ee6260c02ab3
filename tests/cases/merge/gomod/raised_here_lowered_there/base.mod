module example.com/shop

go 1.21

require (
	example.com/a v1.2.0
)
