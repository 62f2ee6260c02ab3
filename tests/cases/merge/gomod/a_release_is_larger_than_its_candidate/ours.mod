module example.com/shop

go 1.21

require (
	example.com/a v1.3.0-rc.1
)
