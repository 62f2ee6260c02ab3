module example.com/shop

go 1.21

require (
<<<<<<< ours
=======
	example.com/a v1.3.0
>>>>>>> theirs
	example.com/m v0.9.0
)
