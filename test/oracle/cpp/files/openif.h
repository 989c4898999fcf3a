#if 1
#define X
