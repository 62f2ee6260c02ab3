#ifndef X_H
#define X_H
#define F_Start 1
#define F_Skip 4
#define F_Stop 2
#define F_Pause 3
#endif
