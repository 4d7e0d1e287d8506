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

#if defined(__x86_64__)
#define DISPATCH(R, NAME, PARAMETERS, ...)                                                        \
  R NAME PARAMETERS {                                                                             \
    switch (kk_instruction_set()) {                                                               \
    case InstructionSetAvx512: return NAME##_avx512(__VA_ARGS__);                                 \
    case InstructionSetAvx2: return NAME##_avx2(__VA_ARGS__);                                     \
    case InstructionSetGeneric: break;                                                            \
    }                                                                                             \
    return NAME##_generic(__VA_ARGS__);                                                           \
  }
#else
#define DISPATCH(R, NAME, PARAMETERS, ...)                                                        \
  R NAME PARAMETERS { return NAME##_generic(__VA_ARGS__); }
#endif
KK_DISPATCHED(DISPATCH)

#if KK_MATHVEC
KK_DISPATCHED_MATHVEC(DISPATCH)
#else
kk_loop kk_mathvec_unary(UnaryOp op, int32_t dtype) { return (void)op, (void)dtype, (kk_loop)0; }
kk_loop kk_mathvec_binary(BinaryOp op, int32_t dtype) { return (void)op, (void)dtype, (kk_loop)0; }
kk_softmax_loops kk_softmax(int32_t dtype) { return (void)dtype, (kk_softmax_loops){0, 0}; }
#endif

// Vector functions come before plain loops, and functions of one value at a time last.
#define FIRST_LOOP(NAME, OP)                                                                      \
  kk_loop kk_##NAME(OP op, int32_t dtype) {                                                       \
    kk_loop loop = kk_mathvec_##NAME(op, dtype);                                                  \
    if (!loop) loop = kk_plain_##NAME(op, dtype);                                                 \
    return loop ? loop : kk_special_##NAME(op, dtype);                                            \
  }
FIRST_LOOP(unary, UnaryOp)
FIRST_LOOP(binary, BinaryOp)
