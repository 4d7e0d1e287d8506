// Loops over functions without a vector form: one value at a time, in double for both types but
// where PyTorch's float has roundings of its own.
#include "special.h"
#include "../isa.h"
#include <math.h>

// MARK: Bits

static double frexp_mantissa(double x) {
  int exponent;
  return frexp(x, &exponent);
}
static double frexp_exponent(double x) {
  int exponent = 0;
  if (isfinite(x)) frexp(x, &exponent);
  return exponent;
}

// MARK: Small functions

static double xlog1py(double x, double y) {
  if (isnan(y)) return NAN;
  return x == 0 ? 0 : x * log1p(y);
}
static float sincf(float x) {
  float angle = (float)M_PI * x;
  return x == 0 ? 1 : sinf(angle) / angle;
}
static double sinc(double x) {
  double angle = M_PI * x;
  return x == 0 ? 1 : sin(angle) / angle;
}
static double shifted_chebyshev_t(double x, double n) { return kk_chebyshev_t(2 * x - 1, n); }
static double shifted_chebyshev_u(double x, double n) { return kk_chebyshev_u(2 * x - 1, n); }
static double shifted_chebyshev_v(double x, double n) { return kk_chebyshev_v(2 * x - 1, n); }
static double shifted_chebyshev_w(double x, double n) { return kk_chebyshev_w(2 * x - 1, n); }

// MARK: Loops

#define LOOP_OF(NAME, CALL, T)                                                                    \
  static void NAME##_##T(int64_t n, const void *const *in, const int64_t *s, void *out,           \
                         int64_t os, const double *p) {                                           \
    const T *x = in[0];                                                                           \
    T *y = out;                                                                                   \
    (void)p;                                                                                      \
    for (int64_t i = 0; i < n; i++) y[i * os] = (T)CALL;                                          \
  }
#define LOOP_OF_TWO(NAME, F, T)                                                                   \
  static void NAME##_##T(int64_t n, const void *const *in, const int64_t *s, void *out,           \
                         int64_t os, const double *p) {                                           \
    const T *a = in[0], *b = in[1];                                                               \
    T *y = out;                                                                                   \
    (void)p;                                                                                      \
    for (int64_t i = 0; i < n; i++) y[i * os] = (T)F(a[i * s[0]], b[i * s[1]]);                   \
  }
#define LOOPS(NAME, F) LOOP_OF(NAME, F(x[i * s[0]]), float) LOOP_OF(NAME, F(x[i * s[0]]), double)
#define LOOPS_OF_BOTH(NAME, FLOAT, F)                                                             \
  LOOP_OF(NAME, FLOAT(x[i * s[0]]), float) LOOP_OF(NAME, F(x[i * s[0]]), double)
#define LOOPS_OF_TWO(NAME, F) LOOP_OF_TWO(NAME, F, float) LOOP_OF_TWO(NAME, F, double)

#define ALL_UNARY(X)                                                                              \
  X(UnaryOpDigamma, kk_digamma)                                                                   \
  X(UnaryOpErfinv, kk_erfinv)                                                                     \
  X(UnaryOpFrexpMantissa, frexp_mantissa)                                                         \
  X(UnaryOpFrexpExponent, frexp_exponent)                                                         \
  X(UnaryOpBesselK0, kk_k0)                                                                             \
  X(UnaryOpBesselK0e, kk_k0e)                                                                           \
  X(UnaryOpBesselK1, kk_k1)                                                                             \
  X(UnaryOpBesselK1e, kk_k1e)                                                                           \
  X(UnaryOpBesselJ0, kk_j0)                                                                             \
  X(UnaryOpBesselJ1, kk_j1)                                                                             \
  X(UnaryOpBesselY0, kk_y0)                                                                             \
  X(UnaryOpBesselY1, kk_y1)                                                                             \
  X(UnaryOpSphericalJ0, kk_spherical_j0)                                                          \
  X(UnaryOpAiryAi, kk_airy_ai)                                                                    \
  X(UnaryOpErfcx, kk_erfcx)                                                                       \
  X(UnaryOpLogNdtr, kk_log_ndtr)                                                                  \
  X(UnaryOpNdtri, kk_ndtri)                                                                       \
  X(UnaryOpEntr, kk_entr)
#define ALL_UNARY_OF_BOTH(X)                                                                      \
  X(UnaryOpSinc, sincf, sinc)                                                                     \
  X(UnaryOpBesselI0, kk_i0f, kk_i0)                                                               \
  X(UnaryOpBesselI0e, kk_i0ef, kk_i0e)                                                            \
  X(UnaryOpBesselI1, kk_i1f, kk_i1)                                                               \
  X(UnaryOpBesselI1e, kk_i1ef, kk_i1e)
#define ALL_BINARY(X)                                                                             \
  X(BinaryOpXlog1py, xlog1py)                                                                     \
  X(BinaryOpZeta, kk_zeta)                                                                        \
  X(BinaryOpIgamma, kk_igamma)                                                                    \
  X(BinaryOpIgammac, kk_igammac)                                                                  \
  X(BinaryOpChebyshevT, kk_chebyshev_t)                                                           \
  X(BinaryOpChebyshevU, kk_chebyshev_u)                                                           \
  X(BinaryOpChebyshevV, kk_chebyshev_v)                                                           \
  X(BinaryOpChebyshevW, kk_chebyshev_w)                                                           \
  X(BinaryOpShiftedChebyshevT, shifted_chebyshev_t)                                               \
  X(BinaryOpShiftedChebyshevU, shifted_chebyshev_u)                                               \
  X(BinaryOpShiftedChebyshevV, shifted_chebyshev_v)                                               \
  X(BinaryOpShiftedChebyshevW, shifted_chebyshev_w)                                               \
  X(BinaryOpHermiteH, kk_hermite_h)                                                               \
  X(BinaryOpHermiteHe, kk_hermite_he)                                                             \
  X(BinaryOpLaguerreL, kk_laguerre_l)                                                             \
  X(BinaryOpLegendreP, kk_legendre_p)

ALL_UNARY(LOOPS)
ALL_UNARY_OF_BOTH(LOOPS_OF_BOTH)
ALL_BINARY(LOOPS_OF_TWO)
LOOP_OF(UnaryOpPolygamma, kk_polygamma(x[i * s[0]], p[0]), float)
LOOP_OF(UnaryOpPolygamma, kk_polygamma(x[i * s[0]], p[0]), double)

#define ENTRY(NAME, ...) case NAME: return dtype == KK_F32 ? NAME##_float : dtype == KK_F64 ? NAME##_double : NULL;
kk_loop kk_special_unary(UnaryOp op, int32_t dtype) {
  switch (op) {
    ALL_UNARY(ENTRY)
    ALL_UNARY_OF_BOTH(ENTRY)
    ENTRY(UnaryOpPolygamma, )
    default: return NULL;
  }
}

kk_loop kk_special_binary(BinaryOp op, int32_t dtype) {
  switch (op) {
    ALL_BINARY(ENTRY)
    default: return NULL;
  }
}
