module example.com/shop

go 1.21

require (
<<<<<<< ours
	example.com/a v1.3.0
=======
	example.com/a v1.1.0
>>>>>>> theirs
)
