#ifndef PINS_H
#define PINS_H
#define PIN_A 1
#define PIN_B (PIN_A + 2)
#endif
