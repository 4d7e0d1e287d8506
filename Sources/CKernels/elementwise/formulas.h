// The formulas of all plain loops, by operation and type: X(operation, type, type of the result,
// formula of x; of a and b; of a, b and c). Parameters are in p, the factor of sums in `factor`.
// The loops and the tables that find them are made from these lists.
#pragma once
#include <tgmath.h>

#define KK_IS_INTEGER(T) ((T)0.5 == 0)
/// A parameter in T; C leaves open what becomes of negative numbers in unsigned types.
#define KK_NUMBER(T, x) (KK_IS_INTEGER(T) ? (T)kk_to_int(x) : (T)(x))

// clang-format off

// MARK: Unary

#define EACH_UNARY(X)                                                                             \
  EACH_FLOAT(FLOAT_UNARY, X)                                                                      \
  EACH_INTEGER(INTEGER_UNARY, X)                                                                  \
  BOOL_UNARY(X)

#define FLOAT_UNARY(T, X)                                                                         \
  X(Neg, T, T, -x)                                                                                \
  X(Abs, T, T, fabs(x))                                                                           \
  X(Sign, T, T, (T)(x > 0) - (T)(x < 0))                                                          \
  X(Square, T, T, x * x)                                                                          \
  X(Relu, T, T, x < 0 ? 0 : x)                                                                    \
  X(Reciprocal, T, T, (T)1 / x)                                                                   \
  X(Exp, T, T, exp(x))                                                                            \
  X(Exp2, T, T, exp2(x))                                                                          \
  X(Expm1, T, T, expm1(x))                                                                        \
  X(Log, T, T, log(x))                                                                            \
  X(Log2, T, T, log2(x))                                                                          \
  X(Log10, T, T, log10(x))                                                                        \
  X(Log1p, T, T, log1p(x))                                                                        \
  X(Sqrt, T, T, __builtin_elementwise_sqrt(x))                                                    \
  X(Rsqrt, T, T, (T)1 / __builtin_elementwise_sqrt(x))                                            \
  X(Sin, T, T, sin(x))                                                                            \
  X(Cos, T, T, cos(x))                                                                            \
  X(Tan, T, T, tan(x))                                                                            \
  X(Asin, T, T, asin(x))                                                                          \
  X(Acos, T, T, acos(x))                                                                          \
  X(Atan, T, T, atan(x))                                                                          \
  X(Sinh, T, T, sinh(x))                                                                          \
  X(Cosh, T, T, cosh(x))                                                                          \
  X(Tanh, T, T, tanh(x))                                                                          \
  X(Asinh, T, T, asinh(x))                                                                        \
  X(Acosh, T, T, acosh(x))                                                                        \
  X(Atanh, T, T, atanh(x))                                                                        \
  X(Sigmoid, T, T, (T)1 / ((T)1 + exp(-x)))                                                       \
  X(Erf, T, T, erf(x))                                                                            \
  X(Erfc, T, T, erfc(x))                                                                          \
  X(Lgamma, T, T, lgamma(x))                                                                      \
  X(Floor, T, T, floor(x))                                                                        \
  X(Ceil, T, T, ceil(x))                                                                          \
  X(Round, T, T, rint(x))                                                                         \
  X(Trunc, T, T, trunc(x))                                                                        \
  X(LogicalNot, T, bool, x == 0)                                                                  \
  X(Isnan, T, bool, x != x)                                                                       \
  X(Isinf, T, bool, fabs(x) == (T)INFINITY)                                                       \
  X(Isfinite, T, bool, fabs(x) < (T)INFINITY)                                                     \
  X(Signbit, T, bool, signbit(x) != 0)                                                            \
  X(Clamp, T, T, x < (T)p[0] ? (x > (T)p[1] ? (T)p[1] : (T)p[0]) : x > (T)p[1] ? (T)p[1] : x)     \
  X(Pow, T, T, pow(x, (T)p[0]))

#define INTEGER_UNARY(T, X)                                                                       \
  X(Neg, T, T, (uint64_t)0 - (uint64_t)x)                                                         \
  X(Abs, T, T, x < 0 ? (uint64_t)0 - (uint64_t)x : (uint64_t)x)                                   \
  X(Sign, T, T, (x > 0) - (x < 0))                                                                \
  X(Square, T, T, (uint64_t)x * (uint64_t)x)                                                      \
  X(Relu, T, T, x < 0 ? 0 : x)                                                                    \
  X(BitwiseNot, T, T, ~x)                                                                         \
  X(LogicalNot, T, bool, x == 0)                                                                  \
  X(Signbit, T, bool, x < 0)

#define BOOL_UNARY(X)                                                                             \
  X(BitwiseNot, bool, bool, !x)                                                                   \
  X(LogicalNot, bool, bool, !x)                                                                   \
  X(Sign, bool, bool, x)

// MARK: Binary

#define EACH_BINARY(X)                                                                            \
  EACH_FLOAT(FLOAT_BINARY, X)                                                                     \
  EACH_INTEGER(INTEGER_BINARY, X)                                                                 \
  BOOL_BINARY(X)                                                                                  \
  HALF_BINARY(f16, (float), (f16), X)                                                             \
  HALF_BINARY(bf16, kk_from_bf16, kk_to_bf16, X)                                                  \
  EACH_TYPE(COMPARISON, X)

#define FLOAT_BINARY(T, X)                                                                        \
  X(Add, T, T, a + (T)factor * b)                                                                 \
  X(Sub, T, T, a - (T)factor * b)                                                                 \
  X(Mul, T, T, a * b)                                                                             \
  X(Div, T, T, a / b)                                                                             \
  X(DivTrunc, T, T, trunc(a / b))                                                                 \
  X(Pow, T, T, pow(a, b))                                                                         \
  X(Maximum, T, T, a != a ? a : b != b ? b : a > b ? a : b)                                       \
  X(Minimum, T, T, a != a ? a : b != b ? b : a < b ? a : b)                                       \
  X(Fmax, T, T, fmax(a, b))                                                                       \
  X(Fmin, T, T, fmin(a, b))                                                                       \
  X(Atan2, T, T, atan2(a, b))                                                                     \
  X(Hypot, T, T, hypot(a, b))                                                                     \
  X(Copysign, T, T, copysign(a, b))                                                               \
  X(Nextafter, T, T, nextafter(a, b))                                                             \
  X(Logaddexp, T, T, a == b && isinf(a) ? a : fmax(a, b) + log1p(exp(-fabs(a - b))))              \
  X(Logaddexp2, T, T, a == b && isinf(a) ? a : fmax(a, b) + log2((T)1 + exp2(-fabs(a - b))))      \
  X(Xlogy, T, T, b != b ? b : a == 0 ? 0 : a * log(b))                                            \
  X(SigmoidGradient, T, T, a * ((T)1 - b) * b)                                                    \
  X(TanhGradient, T, T, a * ((T)1 - b * b))                                                       \
  X(ReluGradient, T, T, b <= 0 ? 0 : a)

/// Formulas of a, b and the remainder of their division: X(operation, type, function).
#define EACH_MODULO(X) EACH_FLOAT(FLOAT_MODULO, X)
#define FLOAT_MODULO(T, X)                                                                        \
  X(DivFloor, T, KK(floor_div_##T))                                                               \
  X(Remainder, T, KK(remainder_##T))                                                              \
  X(Fmod, T, KK(modulo_##T))

#define INTEGER_BINARY(T, X)                                                                      \
  X(Add, T, T, (WRAPPING(T))a + (WRAPPING(T))kk_to_int(factor) * (WRAPPING(T))b)                  \
  X(Sub, T, T, (WRAPPING(T))a - (WRAPPING(T))kk_to_int(factor) * (WRAPPING(T))b)                  \
  X(Mul, T, T, (WRAPPING(T))a * (WRAPPING(T))b)                                                   \
  X(DivFloor, T, T, KK(floor_div_##T)(a, b))                                                      \
  X(DivTrunc, T, T, KK(trunc_div_##T)(a, b))                                                      \
  X(Remainder, T, T, KK(remainder_##T)(a, b))                                                     \
  X(Fmod, T, T, KK(fmod_##T)(a, b))                                                               \
  X(Pow, T, T, KK(pow_##T)(a, b))                                                                 \
  X(Maximum, T, T, a > b ? a : b)                                                                 \
  X(Minimum, T, T, a < b ? a : b)                                                                 \
  X(Fmax, T, T, a > b ? a : b)                                                                    \
  X(Fmin, T, T, a < b ? a : b)                                                                    \
  X(BitwiseAnd, T, T, a & b)                                                                      \
  X(BitwiseOr, T, T, a | b)                                                                       \
  X(BitwiseXor, T, T, a ^ b)                                                                      \
  X(ShiftLeft, T, T, KK(shift_left_##T)(a, b))                                                    \
  X(ShiftRight, T, T, KK(shift_right_##T)(a, b))                                                  \
  X(Gcd, T, T, KK(gcd_##T)(a, b))                                                                 \
  X(Lcm, T, T, KK(lcm_##T)(a, b))                                                                 \
  X(ReluGradient, T, T, b <= 0 ? 0 : a)

#define BOOL_BINARY(X)                                                                            \
  X(Add, bool, bool, a | (b && factor != 0))                                                      \
  X(Mul, bool, bool, a & b)                                                                       \
  X(Maximum, bool, bool, a | b)                                                                   \
  X(Minimum, bool, bool, a & b)                                                                   \
  X(Fmax, bool, bool, a | b)                                                                      \
  X(Fmin, bool, bool, a & b)                                                                      \
  X(BitwiseAnd, bool, bool, a & b)                                                                \
  X(BitwiseOr, bool, bool, a | b)                                                                 \
  X(BitwiseXor, bool, bool, a ^ b)

// 16-bit floats without a conversion to float32 in memory.
#define HALF_BINARY(T, LOAD, STORE, X)                                                            \
  X(Add, T, T, STORE(LOAD(a) + (float)factor * LOAD(b)))                                          \
  X(Sub, T, T, STORE(LOAD(a) - (float)factor * LOAD(b)))                                          \
  X(Mul, T, T, STORE(LOAD(a) * LOAD(b)))                                                          \
  X(Div, T, T, STORE(LOAD(a) / LOAD(b)))

#define COMPARISON(T, X)                                                                          \
  X(Eq, T, bool, a == b)                                                                          \
  X(Ne, T, bool, a != b)                                                                          \
  X(Lt, T, bool, a < b)                                                                           \
  X(Le, T, bool, a <= b)                                                                          \
  X(Gt, T, bool, a > b)                                                                           \
  X(Ge, T, bool, a >= b)                                                                          \
  X(LogicalAnd, T, bool, (a != 0) & (b != 0))                                                     \
  X(LogicalOr, T, bool, (a != 0) | (b != 0))                                                      \
  X(LogicalXor, T, bool, (a != 0) ^ (b != 0))

// MARK: Ternary

#define EACH_TERNARY(X) EACH_NUMBER(NUMBER_TERNARY, X) EACH_FLOAT(FLOAT_TERNARY, X)

#define NUMBER_TERNARY(T, X)                                                                      \
  X(Addcmul, T, T,                                                                                \
    (WRAPPING(T))a + (WRAPPING(T))KK_NUMBER(T, p[0]) * (WRAPPING(T))b * (WRAPPING(T))c)           \
  X(Clamp, T, T, a != a ? a : b != b ? b : c != c ? c : (a < b ? b : a) > c ? c : (a < b ? b : a))

// Integers have no quotients. The form of lerp stays exact at both ends.
#define FLOAT_TERNARY(T, X)                                                                       \
  X(Addcdiv, T, T, a + (T)p[0] * b / c)                                                           \
  X(Lerp, T, T, fabs(c) < (T)0.5 ? a + c * (b - a) : b - (b - a) * ((T)1 - c))                    \
  /* In two statements, so that the first product is rounded. */                                  \
  X(ScaledAddcmul, T, T, ({ T scaled = a * (T)p[1]; scaled + (T)p[0] * b * c; }))                 \
  X(AddcdivRoot, T, T, a + (T)p[0] * b / (__builtin_elementwise_sqrt(c) / (T)p[1] + (T)p[2]))
