enum {
	BUFFER = 4096,
	DEPTH = 8,
	NAME = 255,
	LINES = 64,
};
