#include <stdio.h>

#define limit(x) ((x) > 9)

struct item {
    int cost;
};

int show(struct item *item)
{
    return printf("%d", item->cost);
}
