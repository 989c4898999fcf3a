#ifndef G
#define G
/ { guard = <1>; };
#endif
