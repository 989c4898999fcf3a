#define PIN 7
