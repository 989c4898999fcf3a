#define ANGLE_NAME __FILE__
