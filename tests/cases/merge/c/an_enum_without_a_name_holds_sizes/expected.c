enum {
	BUFFER = 4096,
	ARGS = 64,
	DEPTH = 8,
	NAME = 255,
	LINES = 64,
};
