enum kind {
	START = 1,
	STOP,
	SKIP,
	LAST = 10,
};
