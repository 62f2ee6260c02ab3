module example.com/shop

go 1.23.1

require (
	example.com/a v1.2.0
)
