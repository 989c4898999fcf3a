#define SUB_NAME __FILE__
