#include <stdio.h>

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
