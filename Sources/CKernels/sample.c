// Weighted sums of elements, once per instruction set.
#include "isa.h"

#pragma STDC FP_CONTRACT OFF
#define KK_ISA generic
#include "sample.inc"
#undef KK_ISA

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#include "sample.inc"
#undef KK_ISA
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define KK_ISA avx512
#include "sample.inc"
#undef KK_ISA
#pragma clang attribute pop
#endif
