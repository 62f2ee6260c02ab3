#define ERR_START 1
#define ERR_STOP  2
#define ERR_SKIP  4

int f0(void);

int f1(void);

int f2(void);

int f3(void);

int f4(void);

int f5(void);

int f6(void);

int f7(void);

int f8(void);

int f9(void);

int f10(void);

int f11(void);

#define ERR_PAUSE 3
