// Matrix products, once per instruction set and element type.
#include "isa.h"
#include <string.h>

#define NV 2

#define KK_ISA generic
#define VB 16
#define MR 4
#include "gemm_types.inc"
#undef KK_ISA
#undef VB
#undef MR

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#define VB 32
#define MR 6
#include "gemm_types.inc"
#undef KK_ISA
#undef VB
#undef MR
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define KK_ISA avx512
#define VB 64
#define MR 14
#include "gemm_types.inc"
#undef KK_ISA
#undef VB
#undef MR
#pragma clang attribute pop
#endif
