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

// Integers wrap around, as they do in every other operation.
void kk_gemm_i64(int64_t m, int64_t n, int64_t k, int64_t alpha, const int64_t *a, int64_t ra,
                 int64_t ca, const int64_t *b, int64_t rb, int64_t cb, int64_t beta, int64_t *c,
                 int64_t rc, int64_t cc) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      uint64_t sum = 0;
      for (int64_t l = 0; l < k; l++)
        sum += (uint64_t)a[i * ra + l * ca] * (uint64_t)b[l * rb + j * cb];
      int64_t *out = c + i * rc + j * cc;
      uint64_t before = beta == 0 ? 0 : (uint64_t)beta * (uint64_t)*out;
      *out = (int64_t)((uint64_t)alpha * sum + before);
    }
}
