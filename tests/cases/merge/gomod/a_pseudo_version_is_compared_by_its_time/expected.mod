module example.com/shop

go 1.21

require (
	example.com/a v1.2.1-0.20260301000000-0123456789ab
)
