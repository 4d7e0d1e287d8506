// What is known of each operation without its loops.
#include "isa.h"

#define NAME_OF(CASE, NAME) #NAME,
#define NAMES(FAMILY, OPS, OP)                                                                    \
  const char *kk_##FAMILY##_name(OP op) {                                                         \
    static const char *const names[] = {OPS(NAME_OF) #FAMILY};                                    \
    return names[op];                                                                             \
  }
NAMES(unary, KK_UNARY_OPS, UnaryOp)
NAMES(binary, KK_BINARY_OPS, BinaryOp)
NAMES(ternary, KK_TERNARY_OPS, TernaryOp)
NAMES(reduce, KK_REDUCE_OPS, ReduceOp)

#define UNARY_CASE(CASE, ...) case UnaryOp##CASE:
#define BINARY_CASE(CASE, ...) case BinaryOp##CASE:
bool kk_unary_is_condition(UnaryOp op) {
  switch (op) {
    KK_UNARY_CONDITIONS(UNARY_CASE) return true;
    default: return false;
  }
}
bool kk_binary_is_condition(BinaryOp op) {
  switch (op) {
    KK_BINARY_CONDITIONS(BINARY_CASE) return true;
    default: return false;
  }
}
