// Matrix products of any layout.
#include "include/ckernels.h"

#define GEMM(NAME, T)                                                                             \
  void NAME(int64_t m, int64_t n, int64_t k, T alpha, const T *a, int64_t ra, int64_t ca,         \
            const T *b, int64_t rb, int64_t cb, T beta, T *c, int64_t rc, int64_t cc) {           \
    for (int64_t i = 0; i < m; i++)                                                               \
      for (int64_t j = 0; j < n; j++) {                                                           \
        T sum = 0;                                                                                \
        for (int64_t l = 0; l < k; l++) sum += a[i * ra + l * ca] * b[l * rb + j * cb];           \
        T *out = c + i * rc + j * cc;                                                             \
        *out = alpha * sum + (beta == 0 ? 0 : beta * *out);                                       \
      }                                                                                           \
  }
GEMM(kk_gemm_f32, float)
GEMM(kk_gemm_f64, double)
GEMM(kk_gemm_i64, int64_t)
