// The common header of all kernel files: the functions that each instruction set has.
#pragma once
// Loops that call the C library are not vectorized, so this warning is expected.
#pragma clang diagnostic ignored "-Wpass-failed"
#include "ckernels.h"

// A type name that macros can paste, unlike that of <stdbool.h>.
#undef bool
typedef _Bool bool;

typedef _Float16 f16;
typedef uint16_t bf16;
/// The element types: X(type, …). The names of their loops end in that of the type.
#define EACH_FLOAT(X, ...) X(float, ##__VA_ARGS__) X(double, ##__VA_ARGS__)
#define EACH_INTEGER(X, ...)                                                                      \
  X(int8_t, ##__VA_ARGS__) X(int16_t, ##__VA_ARGS__) X(int32_t, ##__VA_ARGS__)                    \
  X(int64_t, ##__VA_ARGS__) X(uint8_t, ##__VA_ARGS__)
#define EACH_NUMBER(X, ...) EACH_FLOAT(X, ##__VA_ARGS__) EACH_INTEGER(X, ##__VA_ARGS__)
#define EACH_TYPE(X, ...) EACH_NUMBER(X, ##__VA_ARGS__) X(bool, ##__VA_ARGS__)
/// Their numbers, by which tables of loops are indexed.
enum {
  dtype_f16 = KK_F16, dtype_bf16 = KK_BF16, dtype_float = KK_F32, dtype_double = KK_F64,
  dtype_int8_t = KK_I8, dtype_int16_t = KK_I16, dtype_int32_t = KK_I32, dtype_int64_t = KK_I64,
  dtype_uint8_t = KK_U8, dtype_bool = KK_BOOL
};

static inline float kk_from_bf16(bf16 h) {
  uint32_t bits = (uint32_t)h << 16;
  float f;
  __builtin_memcpy(&f, &bits, 4);
  return f;
}
// Round to nearest, ties to even; NaN stays NaN.
static inline bf16 kk_to_bf16(float f) {
  uint32_t bits;
  __builtin_memcpy(&bits, &f, 4);
  if (f != f) return 0x7fc0;
  return (bf16)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/// Runs i over n elements, or j over LANES sums, which do not depend on each other.
#define LOOP(BODY)                                                                                \
  _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < n; i++) { BODY; }
#define EACH_LANE(BODY)                                                                           \
  _Pragma("clang loop vectorize(assume_safety)") for (int j = 0; j < LANES; j++) { BODY; }

/// Copies by cache lines: the C library's way, by string instructions, is many times slower on some
/// processors where source and target lie a few bytes apart within their pages.
static inline void kk_copy_bytes(void *to, const void *from, int64_t bytes) {
  char *out = to;
  const char *in = from;
  int64_t i = 0;
  for (; i + 64 <= bytes; i += 64) {
    char line[64];
    __builtin_memcpy(line, in + i, 64);
    __builtin_memcpy(out + i, line, 64);
  }
  __builtin_memmove(out + i, in + i, (size_t)(bytes - i));
}

#define KK_CONCAT_(a, b) a##_##b
#define KK_CONCAT(a, b) KK_CONCAT_(a, b)
#define KK(name) KK_CONCAT(name, KK_ISA)
/// The same in a file that is included for each type, whose name is TN.
#define FN(name) KK(KK_CONCAT(name, TN))

/// Arithmetic in T; that of integers wraps around without undefined behaviour, no wider than need
/// be.
#define WRAPPING(T)                                                                               \
  __typeof__(_Generic((T)0, float: (float)0, double: (double)0, int64_t: (uint64_t)0,             \
                      default: (uint32_t)0))

// Floats outside an integer's range have no C value; this is what the hardware's conversion to a
// wide integer gives, narrowed.
static inline int64_t kk_to_int(double x) {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : INT64_MIN;
}

/// Before the innermost loop of a product, whose place among the cache lines of the program is
/// worth up to a tenth of its speed.
#if __has_c_attribute(clang::code_align)
#define ALIGNED_LOOP [[clang::code_align(64)]]
#else
#define ALIGNED_LOOP
#endif

/// The functions without a version per instruction set.
kk_loop kk_special_unary(UnaryOp op, int32_t dtype);
kk_loop kk_special_binary(BinaryOp op, int32_t dtype);

// glibc's libmvec, which has the functions of mathvec.inc.
#if defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
#define KK_MATHVEC 1
#endif
#endif

/// The functions with a version for each instruction set:
/// X(result, name, (parameters), arguments…).
#define KK_DISPATCHED(X)                                                                          \
  X(kk_loop, kk_plain_unary, (UnaryOp op, int32_t dtype), op, dtype)                              \
  X(kk_loop, kk_plain_binary, (BinaryOp op, int32_t dtype), op, dtype)                            \
  X(kk_loop, kk_ternary, (TernaryOp op, int32_t dtype), op, dtype)                                \
  X(kk_loop, kk_where, (int32_t dtype), dtype)                                                    \
  X(kk_loop, kk_convert, (int32_t from, int32_t to), from, to)                                    \
  X(kk_reduce_loop, kk_reduce, (ReduceOp op, int32_t dtype), op, dtype)                           \
  X(kk_accumulate_loop, kk_accumulate, (ReduceOp op, int32_t dtype), op, dtype)                   \
  X(kk_arg_rows_loop, kk_arg_rows, (ReduceOp op, int32_t dtype), op, dtype)                       \
  X(int64_t, kk_first_outside, (int64_t n, const int64_t *x, int64_t low, int64_t high),          \
    n, x, low, high)                                                                              \
  X(const kk_gemm_kernels *, kk_gemm, (int32_t dtype), dtype)                                     \
  X(void, kk_gemm_i64,                                                                            \
    (int64_t m, int64_t n, int64_t k, int64_t alpha, const int64_t *a, int64_t ra, int64_t ca,    \
     const int64_t *b, int64_t rb, int64_t beta, int64_t *c, int64_t rc, int64_t cc),             \
    m, n, k, alpha, a, ra, ca, b, rb, beta, c, rc, cc)                                            \
  X(const kk_conv_kernels *, kk_conv, (int32_t dtype), dtype)                                     \
  X(const kk_winograd_kernels *, kk_winograd, (void))                                             \
  X(const kk_pool_loops *, kk_pool, (int32_t dtype), dtype)                                       \
  X(const kk_sample_loops *, kk_sample, (int32_t dtype), dtype)                                   \
  X(const kk_random_loops *, kk_random, (void))                                                   \
  X(kk_normalize_loops, kk_normalize, (int32_t dtype), dtype)
/// Those of mathvec.inc.
#define KK_DISPATCHED_MATHVEC(X)                                                                  \
  X(kk_loop, kk_mathvec_unary, (UnaryOp op, int32_t dtype), op, dtype)                            \
  X(kk_loop, kk_mathvec_binary, (BinaryOp op, int32_t dtype), op, dtype)                          \
  X(kk_softmax_loops, kk_softmax, (int32_t dtype), dtype)

#if defined(__x86_64__)
#define KK_DECLARE(R, NAME, PARAMETERS, ...)                                                      \
  R NAME##_generic PARAMETERS;                                                                    \
  R NAME##_avx2 PARAMETERS;                                                                       \
  R NAME##_avx512 PARAMETERS;                                                                     \
  R NAME PARAMETERS;
#else
#define KK_DECLARE(R, NAME, PARAMETERS, ...)                                                      \
  R NAME##_generic PARAMETERS;                                                                    \
  R NAME PARAMETERS;
#endif
KK_DISPATCHED(KK_DECLARE)
KK_DISPATCHED_MATHVEC(KK_DECLARE)
