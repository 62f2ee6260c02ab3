#include <stdio.h>

<<<<<<< ours
static int twice(int n)
{
	return 2 * n;
}
=======
static int twice(int n)
{
	return n + n;
}
>>>>>>> theirs

static int total(struct list *all)
{
	int sum = 0;
	for_each_item(item, all) {
		sum += item->size;
		note(item);
	}
	return sum;
}

int main(void)
{
	return total(NULL);
}
