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

static int half(int n)
{
	return n / 2;
}

int main(void)
{
	return total(NULL);
}
