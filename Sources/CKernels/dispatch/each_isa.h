// Includes the file KK_BODY once for each instruction set, with
//   KK_ISA      its name, which KK(…) appends to names,
//   VB          the bytes of a vector,
//   MR          the rows of a register tile of products, as many as the registers hold,
//   EACH_ROW(X) X(1) … X(MR).
// A further instruction set also needs its place in InstructionSet, in KK_DECLARE (isa.h) and in
// dispatch.c.
#define KK_ISA generic
#define VB 16
#define MR 4
#define EACH_ROW(X) X(1) X(2) X(3) X(4)
#include KK_BODY
#undef KK_ISA
#undef VB
#undef MR
#undef EACH_ROW

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KK_ISA avx2
#define VB 32
#define MR 6
#define EACH_ROW(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include KK_BODY
#undef KK_ISA
#undef VB
#undef MR
#undef EACH_ROW
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))),                  \
    apply_to = function)
#define KK_ISA avx512
#define VB 64
#define MR 14
#define EACH_ROW(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#include KK_BODY
#undef KK_ISA
#undef VB
#undef MR
#undef EACH_ROW
#pragma clang attribute pop
#endif
#undef KK_BODY
