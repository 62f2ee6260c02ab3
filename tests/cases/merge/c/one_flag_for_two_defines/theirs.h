#ifndef FLAGS_H
#define FLAGS_H

#define F_READ   (1 << 0)
#define F_WRITE  (1 << 1)
/* how to open */
#define F_CREATE (1u << 2)
#define F_TRUNC  0x08
#endif
