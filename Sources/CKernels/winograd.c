// Convolutions by minimal filtering, once per instruction set.
#include "isa.h"
#include <string.h>

#define KK_ISA generic
#define VB 16
#include "winograd.inc"
#undef KK_ISA
#undef VB

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#define VB 32
#include "winograd.inc"
#undef KK_ISA
#undef VB
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define KK_ISA avx512
#define VB 64
#include "winograd.inc"
#undef KK_ISA
#undef VB
#pragma clang attribute pop
#endif

