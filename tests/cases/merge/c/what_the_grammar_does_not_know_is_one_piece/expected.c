#include <stdio.h>

static int total(struct list *all)
{
	int sum = 0;
	for_each_item(item, all) {
<<<<<<< ours
		sum += item->width;
		note(item);
=======
		sum += item->size;
		note(item, all);
>>>>>>> theirs
	}
	return sum;
}

int main(void)
{
	return total(NULL);
}
