// The stages of random fills, once per instruction set.
#include "isa.h"
#include <math.h>
#include <string.h>

// Only explicit fused operations may be fused.
#pragma STDC FP_CONTRACT OFF

#define KK_FMAF(a, b, c) __builtin_elementwise_fma((float)(a), (float)(b), (float)(c))
#define KK_FMA(a, b, c) __builtin_elementwise_fma((double)(a), (double)(b), (double)(c))

static inline int32_t KK_BITS(float f) {
  int32_t bits;
  memcpy(&bits, &f, 4);
  return bits;
}
static inline float KK_FLOAT(int32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}

#define KK_BODY "random.inc"
#include "each_isa.h"
