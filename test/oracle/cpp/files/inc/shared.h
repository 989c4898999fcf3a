#define BOTH OWN 2
