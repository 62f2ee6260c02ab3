#include "all.h"
#include <stdio.h>

#define LIMIT 16

struct point {
	int x;
	int y;
};

enum state {
	OPEN,
	DONE,
};

int main(void)
{
	return 0;
}
