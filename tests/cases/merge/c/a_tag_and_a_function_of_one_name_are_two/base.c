#include <stdio.h>

struct item {
    int cost;
};

int show(struct item *item)
{
    return printf("%d", item->cost);
}
