module example.com/shop

go 1.21

require (
	example.com/a v1.2.0
)

require (
	x.org/b v1.1.0 // indirect
	x.org/d v1.0.0 // indirect
	x.org/k v1.0.0 // indirect
	x.org/z v1.0.0 // indirect
)
