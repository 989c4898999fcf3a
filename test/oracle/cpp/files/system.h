#pragma GCC system_header
#warning quiet
#define SYS 1
