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

<<<<<<< ours
int near(coord a);
=======
long near(coord a);
>>>>>>> theirs
int distance(coord a, coord b);

#endif /* POINT_H */
