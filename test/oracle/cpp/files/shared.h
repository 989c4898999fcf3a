#define OWN 1
#include_next <shared.h>
