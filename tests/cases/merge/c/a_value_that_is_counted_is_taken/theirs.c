enum kind {
	START = 1,
	STOP,
	LAST = 10,
	SEEK = 0x3,
};
