#ifndef UTIL_H
#define UTIL_H

#ifdef __cplusplus
extern "C" {
#endif

#define UTIL 1

#ifdef __cplusplus
}
#endif

#endif
