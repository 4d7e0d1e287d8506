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

#define KK_ISA generic
#include "random.inc"
#undef KK_ISA

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#include "random.inc"
#undef KK_ISA
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define KK_ISA avx512
#include "random.inc"
#undef KK_ISA
#pragma clang attribute pop
#endif

const kk_random_loops *kk_random(void) {
#if defined(__x86_64__)
  switch (kk_instruction_set()) {
  case InstructionSetAvx512: return &loops_avx512;
  case InstructionSetAvx2: return &loops_avx2;
  case InstructionSetGeneric: break;
  }
#endif
  return &loops_generic;
}
