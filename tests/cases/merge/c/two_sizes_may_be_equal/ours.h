#define BUFFER_SIZE 4096
#define MAX_DEPTH 8
#define MAX_ARGS 64
#define MAX_NAME 255
#define TIMEOUT 30
