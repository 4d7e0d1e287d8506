// Selects the instruction set once and returns its loops.
#include "isa.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

_Thread_local kk_thread_state kk_thread_state_storage;

bool kk_has_instruction_set(InstructionSet set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("f16c");
  if (set == InstructionSetAvx2) return avx2;
  if (set == InstructionSetAvx512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  return set == InstructionSetGeneric;
}

static InstructionSet detect(void) {
  const char *wish = getenv("KINDLING_ISA");
  InstructionSet most = InstructionSetAvx512;
  if (wish && !strcmp(wish, "generic")) most = InstructionSetGeneric;
  if (wish && !strcmp(wish, "avx2")) most = InstructionSetAvx2;
  while (!kk_has_instruction_set(most)) most = (InstructionSet)(most - 1);
  return most;
}

InstructionSet kk_instruction_set(void) {
  static _Atomic int32_t chosen = -1;
  int8_t wanted = kk_state()->instruction_set;
  if (wanted) return (InstructionSet)(wanted - 1);
  int32_t set = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (set < 0) {
    set = detect();
    atomic_store_explicit(&chosen, set, memory_order_relaxed);
  }
  return (InstructionSet)set;
}

static kk_loop vector_unary(UnaryOp op, int32_t dtype) { KK_SELECT(kk_unary, op, dtype) }
#if KK_MATHVEC
static kk_loop mathvec(UnaryOp op, int32_t dtype) { KK_SELECT(kk_mathvec, op, dtype) }
static kk_loop mathvec_binary(BinaryOp op, int32_t dtype) { KK_SELECT(kk_mathvec_binary, op, dtype) }
kk_softmax_loops kk_softmax(int32_t dtype) { KK_SELECT(kk_softmax, dtype) }
#else
static kk_loop mathvec_binary(BinaryOp op, int32_t dtype) { return (void)op, (void)dtype, (kk_loop)0; }
static kk_loop mathvec(UnaryOp op, int32_t dtype) { return (void)op, (void)dtype, (kk_loop)0; }
kk_softmax_loops kk_softmax(int32_t dtype) { return (void)dtype, (kk_softmax_loops){0, 0}; }
#endif
kk_loop kk_unary(UnaryOp op, int32_t dtype) {
  kk_loop loop = mathvec(op, dtype);
  if (!loop) loop = vector_unary(op, dtype);
  return loop ? loop : kk_special_unary(op, dtype);
}
static kk_loop vector_binary(BinaryOp op, int32_t dtype) { KK_SELECT(kk_binary, op, dtype) }
kk_loop kk_binary(BinaryOp op, int32_t dtype) {
  kk_loop loop = mathvec_binary(op, dtype);
  if (!loop) loop = vector_binary(op, dtype);
  return loop ? loop : kk_special_binary(op, dtype);
}
kk_loop kk_ternary(TernaryOp op, int32_t dtype) { KK_SELECT(kk_ternary, op, dtype) }
kk_loop kk_where(int32_t dtype) { KK_SELECT(kk_where, dtype) }
kk_loop kk_convert(int32_t from, int32_t to) { KK_SELECT(kk_convert, from, to) }
kk_reduce_loop kk_reduce(ReduceOp op, int32_t dtype) { KK_SELECT(kk_reduce, op, dtype) }
kk_accumulate_loop kk_accumulate(ReduceOp op, int32_t dtype) { KK_SELECT(kk_accumulate, op, dtype) }
kk_arg_rows_loop kk_arg_rows(ReduceOp op, int32_t dtype) { KK_SELECT(kk_arg_rows, op, dtype) }
int64_t kk_first_outside(int64_t n, const int64_t *x, int64_t low, int64_t high) {
  KK_SELECT(kk_first_outside, n, x, low, high)
}
const kk_gemm_kernels *kk_gemm(int32_t dtype) { KK_SELECT(kk_gemm, dtype) }
void kk_gemm_i64(int64_t m, int64_t n, int64_t k, int64_t alpha, const int64_t *a, int64_t ra,
                 int64_t ca, const int64_t *b, int64_t rb, int64_t beta, int64_t *c, int64_t rc,
                 int64_t cc) {
  KK_SELECT(kk_gemm_i64, m, n, k, alpha, a, ra, ca, b, rb, beta, c, rc, cc)
}
const kk_conv_kernels *kk_conv(int32_t dtype) { KK_SELECT(kk_conv, dtype) }
const kk_winograd_kernels *kk_winograd(void) { KK_SELECT(kk_winograd) }
const kk_pool_loops *kk_pool(int32_t dtype) { KK_SELECT(kk_pool, dtype) }
const kk_sample_loops *kk_sample(int32_t dtype) { KK_SELECT(kk_sample, dtype) }
kk_normalize_loops kk_normalize(int32_t dtype) { KK_SELECT(kk_normalize, dtype) }
