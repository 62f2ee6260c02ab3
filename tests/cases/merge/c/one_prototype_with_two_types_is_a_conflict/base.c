#ifndef POINT_H
#define POINT_H

#include <stddef.h>

#ifdef WIDE
typedef long coord;
int wide(coord c);
#else
typedef int coord;
int narrow(coord c);
#endif

int distance(coord a, coord b);

#endif /* POINT_H */
