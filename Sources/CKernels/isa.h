// The common header of all kernel files: the table of loops that one instruction set fills.
#pragma once
// Loops that call the C library are not vectorized, so this warning is expected.
#pragma clang diagnostic ignored "-Wpass-failed"
#include "include/ckernels.h"

// A type name that macros can paste, unlike that of <stdbool.h>.
#undef bool
typedef _Bool bool;

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

/// Arithmetic in T; that of integers wraps around without undefined behaviour, no wider than need be.
#define WRAPPING(T)                                                                               \
  __typeof__(_Generic((T)0, float: (float)0, double: (double)0, int64_t: (uint64_t)0,             \
                      default: (uint32_t)0))

// Floats outside an integer's range have no C value; this is what the hardware's conversion to a
// wide integer gives, narrowed.
static inline int64_t kk_to_int(double x) {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : INT64_MIN;
}

/// Before the innermost loop of a product, whose place among the cache lines of the program is worth up
/// to a tenth of its speed.
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

#define KK_TABLE(isa)                                   \
  kk_loop kk_unary_##isa(UnaryOp, int32_t);             \
  kk_loop kk_binary_##isa(BinaryOp, int32_t);           \
  kk_loop kk_ternary_##isa(TernaryOp, int32_t);         \
  kk_loop kk_where_##isa(int32_t);                      \
  kk_loop kk_convert_##isa(int32_t, int32_t);           \
  kk_reduce_loop kk_reduce_##isa(ReduceOp, int32_t);    \
  kk_accumulate_loop kk_accumulate_##isa(ReduceOp, int32_t);  \
  kk_arg_rows_loop kk_arg_rows_##isa(ReduceOp, int32_t);      \
  int64_t kk_first_outside_##isa(int64_t, const int64_t *, int64_t, int64_t);  \
  const kk_gemm_kernels *kk_gemm_##isa(int32_t);              \
  void kk_gemm_i64_##isa(int64_t, int64_t, int64_t, int64_t, const int64_t *, int64_t, int64_t,    \
                         const int64_t *, int64_t, int64_t, int64_t *, int64_t, int64_t);          \
  const kk_conv_kernels *kk_conv_##isa(int32_t);              \
  const kk_winograd_kernels *kk_winograd_##isa(void);         \
  const kk_pool_loops *kk_pool_##isa(int32_t);                \
  const kk_sample_loops *kk_sample_##isa(int32_t);            \
  kk_loop kk_mathvec_##isa(UnaryOp, int32_t);                 \
  kk_loop kk_mathvec_binary_##isa(BinaryOp, int32_t);         \
  kk_softmax_loops kk_softmax_##isa(int32_t);                 \
  kk_normalize_loops kk_normalize_##isa(int32_t);
KK_TABLE(generic)
#if defined(__x86_64__)
KK_TABLE(avx2)
KK_TABLE(avx512)
#endif

#if defined(__x86_64__)
#define KK_SELECT(name, ...)                                                              \
  switch (kk_instruction_set()) {                                                         \
  case InstructionSetAvx512: return name##_avx512(__VA_ARGS__);                           \
  case InstructionSetAvx2: return name##_avx2(__VA_ARGS__);                               \
  case InstructionSetGeneric: break;                                                      \
  }                                                                                       \
  return name##_generic(__VA_ARGS__);
#else
#define KK_SELECT(name, ...) return name##_generic(__VA_ARGS__);
#endif
