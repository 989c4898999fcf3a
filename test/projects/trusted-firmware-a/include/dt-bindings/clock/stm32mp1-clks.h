#if STM32MP15
#define KIT_CLOCK 1
#endif
