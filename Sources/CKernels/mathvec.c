// The vector functions of libmvec, once per instruction set. Without libmvec, everything here is
// absent, and the plain loops and composed operations are used.
#include "isa.h"
#include <math.h>
#include <string.h>

#if KK_MATHVEC
#define KK_ISA generic
#define VB 16
#define VABI_F32 _ZGVbN4v
#define VABI_F64 _ZGVbN2v
#include "mathvec.inc"
#undef KK_ISA
#undef VB
#undef VABI_F32
#undef VABI_F64

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#define VB 32
#define VABI_F32 _ZGVdN8v
#define VABI_F64 _ZGVdN4v
#include "mathvec.inc"
#undef KK_ISA
#undef VB
#undef VABI_F32
#undef VABI_F64
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define KK_ISA avx512
#define VB 64
#define VABI_F32 _ZGVeN16v
#define VABI_F64 _ZGVeN8v
#include "mathvec.inc"
#undef KK_ISA
#undef VB
#undef VABI_F32
#undef VABI_F64
#pragma clang attribute pop
#endif
