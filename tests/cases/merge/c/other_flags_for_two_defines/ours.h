#ifndef FLAGS_H
#define FLAGS_H

#define F_READ   (1 << 0)
#define F_WRITE  (1 << 1)
#define F_SYNC   (1 << 3)
/* how to open */
#define F_CREATE (1u << 2)
#endif
