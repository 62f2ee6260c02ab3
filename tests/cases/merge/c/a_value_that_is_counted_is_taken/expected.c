enum kind {
	START = 1,
	STOP,
<<<<<<< ours
	SKIP,
	LAST = 10,
=======
	LAST = 10,
	SEEK = 0x3,
>>>>>>> theirs
};
