#include <stdio.h>

<<<<<<< ours
#define limit(x) ((x) > 9)
=======
int limit(int x);
>>>>>>> theirs

struct item {
    int cost;
};

int show(struct item *item)
{
    return printf("%d", item->cost);
}
