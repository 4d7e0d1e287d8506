// The operations in the order of their enums: X(case, PyTorch's name in messages).
#pragma once
// clang-format off

#define KK_UNARY_OPS(X)                                                                           \
  X(Neg, neg) X(Abs, abs) X(Sign, sign) X(Square, square) X(Relu, relu)                           \
  X(Reciprocal, reciprocal) X(Exp, exp) X(Exp2, exp2) X(Expm1, expm1) X(Log, log) X(Log2, log2)   \
  X(Log10, log10) X(Log1p, log1p) X(Sqrt, sqrt) X(Rsqrt, rsqrt) X(Sin, sin) X(Cos, cos)           \
  X(Tan, tan) X(Asin, asin) X(Acos, acos) X(Atan, atan) X(Sinh, sinh) X(Cosh, cosh)               \
  X(Tanh, tanh) X(Asinh, asinh) X(Acosh, acosh) X(Atanh, atanh) X(Sigmoid, sigmoid) X(Erf, erf)   \
  X(Erfc, erfc) X(Erfinv, erfinv) X(Lgamma, lgamma) X(Digamma, digamma)                           \
  X(Floor, floor_vml) X(Ceil, ceil_vml) X(Round, round_vml) X(Trunc, trunc_vml)                   \
  X(BitwiseNot, bitwise_not)                                                                      \
  KK_UNARY_CONDITIONS(X)                                                                          \
  /* Parameters: lower and upper bound (NaN in the input stays NaN). */                           \
  X(Clamp, clamp)                                                                                 \
  /* Parameter: the exponent. */                                                                  \
  X(Pow, pow)                                                                                     \
  /* Mantissa in [0.5, 1) and exponent of C's frexp, both as floats. */                           \
  X(FrexpMantissa, frexp) X(FrexpExponent, frexp)                                                 \
  /* Bessel functions; the suffix e means scaled by exp(∓x). */                                   \
  X(BesselI0, i0) X(BesselI0e, i0e) X(BesselI1, i1) X(BesselI1e, i1e)                             \
  X(BesselK0, modified_bessel_k0) X(BesselK0e, scaled_modified_bessel_k0)                         \
  X(BesselK1, modified_bessel_k1) X(BesselK1e, scaled_modified_bessel_k1)                         \
  X(BesselJ0, bessel_j0) X(BesselJ1, bessel_j1) X(BesselY0, bessel_y0) X(BesselY1, bessel_y1)     \
  X(SphericalJ0, spherical_bessel_j0) X(AiryAi, airy_ai)                                          \
  X(Erfcx, erfcx) X(LogNdtr, log_ndtr) X(Ndtri, ndtri) X(Entr, entr)                              \
  /* sin(πx) / (πx), 1 at 0. */                                                                   \
  X(Sinc, sinc)                                                                                   \
  /* Parameter: the order of the derivative of digamma. */                                        \
  X(Polygamma, polygamma)
/// Those whose results are bool.
#define KK_UNARY_CONDITIONS(X)                                                                    \
  X(LogicalNot, logical_not) X(Isnan, isnan) X(Isinf, isinf) X(Isfinite, isfinite)                \
  X(Signbit, signbit)

#define KK_BINARY_OPS(X)                                                                          \
  /* a + parameter·b, a − parameter·b */                                                          \
  X(Add, add) X(Sub, sub)                                                                         \
  X(Mul, mul) X(Div, div) X(DivFloor, div_floor) X(DivTrunc, div_trunc)                           \
  /* Python's modulo (sign of the divisor) and C's (sign of the dividend). */                     \
  X(Remainder, remainder) X(Fmod, fmod)                                                           \
  X(Pow, pow) X(Maximum, maximum) X(Minimum, minimum) X(Fmax, fmax) X(Fmin, fmin)                 \
  X(Atan2, atan2) X(Hypot, hypot) X(Copysign, copysign) X(Nextafter, nextafter)                   \
  X(Logaddexp, logaddexp) X(Logaddexp2, logaddexp2) X(Xlogy, xlogy) X(Gcd, gcd) X(Lcm, lcm)       \
  X(BitwiseAnd, bitwise_and) X(BitwiseOr, bitwise_or) X(BitwiseXor, bitwise_xor)                  \
  X(ShiftLeft, lshift) X(ShiftRight, rshift)                                                      \
  KK_BINARY_CONDITIONS(X)                                                                         \
  /* Pullbacks in one pass: a is the incoming gradient, b the saved value. */                     \
  X(SigmoidGradient, sigmoid_backward) X(TanhGradient, tanh_backward)                             \
  X(ReluGradient, threshold)                                                                      \
  X(Xlog1py, xlog1py) X(Zeta, zeta) X(Igamma, igamma) X(Igammac, igammac)                         \
  /* Polynomials of a with degree b. */                                                           \
  X(ChebyshevT, chebyshev_polynomial_t) X(ChebyshevU, chebyshev_polynomial_u)                     \
  X(ChebyshevV, chebyshev_polynomial_v) X(ChebyshevW, chebyshev_polynomial_w)                     \
  X(ShiftedChebyshevT, shifted_chebyshev_polynomial_t)                                            \
  X(ShiftedChebyshevU, shifted_chebyshev_polynomial_u)                                            \
  X(ShiftedChebyshevV, shifted_chebyshev_polynomial_v)                                            \
  X(ShiftedChebyshevW, shifted_chebyshev_polynomial_w)                                            \
  X(HermiteH, hermite_polynomial_h) X(HermiteHe, hermite_polynomial_he)                           \
  X(LaguerreL, laguerre_polynomial_l) X(LegendreP, legendre_polynomial_p)
#define KK_BINARY_CONDITIONS(X)                                                                   \
  X(Eq, eq) X(Ne, ne) X(Lt, lt) X(Le, le) X(Gt, gt) X(Ge, ge)                                     \
  X(LogicalAnd, logical_and) X(LogicalOr, logical_or) X(LogicalXor, logical_xor)

#define KK_TERNARY_OPS(X)                                                                         \
  /* a + parameter·b·c, a + parameter·b/c, a + c·(b − a) */                                       \
  X(Addcmul, addcmul) X(Addcdiv, addcdiv) X(Lerp, lerp)                                           \
  /* p[1]·a + p[0]·b·c and a + p[0]·b/(√c/p[1] + p[2]), p being the parameters: steps of */        \
  /* pointwise programs in one loop, with the roundings of the steps. */                          \
  X(ScaledAddcmul, addcmul) X(AddcdivRoot, addcdiv)                                               \
  /* The minimum of the upper bound c and the maximum of a and the lower bound b. */              \
  X(Clamp, clamp)

/// Those that combine elements one by one, then those that find an index.
#define KK_REDUCE_OPS(X) KK_FOLD_OPS(X) KK_ARG_OPS(X)
#define KK_FOLD_OPS(X) X(Sum, sum) X(Prod, prod) X(Max, max) X(Min, min) X(Any, any) X(All, all)
#define KK_ARG_OPS(X) X(Argmax, argmax) X(Argmin, argmin)
