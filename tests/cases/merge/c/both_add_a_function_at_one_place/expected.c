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

static int area(const struct point *p)
{
	int sum = p->x * p->y;
	check(sum);
	return sum;
}

static int twice(int n)
{
	return 2 * n;
}

static void reset(struct point *p)
{
	p->x = 0;
}

int main(void)
{
	return area(NULL);
}
