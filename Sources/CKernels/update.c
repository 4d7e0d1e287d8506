// The steps of the optimizers with one formula per element, once per instruction set.
#include "isa.h"

#define LOOP(BODY)                                                                                \
  _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < n; i++) { BODY; }

#define KK_ISA generic
#include "update.inc"
#undef KK_ISA

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#include "update.inc"
#undef KK_ISA
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define KK_ISA avx512
#include "update.inc"
#undef KK_ISA
#pragma clang attribute pop
#endif
