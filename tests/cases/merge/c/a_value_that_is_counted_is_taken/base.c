enum kind {
	START = 1,
	STOP,
	LAST = 10,
};
