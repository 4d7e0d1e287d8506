// Running sums and their like, and sorting: one row of contiguous elements at a time. Each step
// needs the one before, so there is nothing to vectorise along a row.
#include "isa.h"
#include <math.h>
#include <string.h>

// `i` runs over the row forwards or backwards.
#define ROW(...)                                                                                  \
  for (int64_t j = 0; j < n; j++) {                                                               \
    int64_t i = backwards ? n - 1 - j : j;                                                        \
    __VA_ARGS__;                                                                                         \
  }

#define SUMS(T, A)                                                                                \
  static void cumsum_##T(int64_t n, const void *in, void *out, int64_t *at, bool backwards) {     \
    const T *x = in;                                                                              \
    T *y = out;                                                                                   \
    A total = 0;                                                                                  \
    (void)at;                                                                                     \
    ROW(total += (A)x[i]; y[i] = (T)total)                                                        \
  }                                                                                               \
  static void cumprod_##T(int64_t n, const void *in, void *out, int64_t *at, bool backwards) {    \
    const T *x = in;                                                                              \
    T *y = out;                                                                                   \
    A total = 1;                                                                                  \
    (void)at;                                                                                     \
    ROW(total *= (A)x[i]; y[i] = (T)total)                                                        \
  }

// The last of equals; a NaN stays the extreme from where it stands.
#define EXTREMES(NAME, T, BETTER)                                                                 \
  static void NAME##_##T(int64_t n, const void *in, void *out, int64_t *at, bool backwards) {     \
    const T *x = in;                                                                              \
    T *y = out, best = 0;                                                                         \
    int64_t place = 0;                                                                            \
    ROW(                                                                                          \
      if (j == 0 || x[i] != x[i] || (best == best && x[i] BETTER best)) { best = x[i]; place = i; } \
      y[i] = best;                                                                                \
      at[i] = place)                                                                              \
  }

#define LOGSUMS(T)                                                                                \
  static void logcumsumexp_##T(int64_t n, const void *in, void *out, int64_t *at, bool backwards) { \
    const T *x = in;                                                                              \
    T *y = out;                                                                                   \
    double total = -INFINITY;                                                                     \
    (void)at;                                                                                     \
    ROW(                                                                                          \
      double v = x[i], high = fmax(total, v), low = fmin(total, v);                               \
      if (v != v || total != total) total = NAN;                                                  \
      else total = isinf(high) ? high : high + log1p(exp(low - high));                            \
      y[i] = (T)total)                                                                            \
  }

SUMS(float, double) SUMS(double, double) SUMS(int64_t, uint64_t)
LOGSUMS(float) LOGSUMS(double)

// Stable, bottom up: runs of doubling width are merged to and fro between two buffers. A NaN counts
// as greater than everything.
#define SORT(T)                                                                                   \
  static inline bool before_##T(T a, T b, bool descending) {                                      \
    if (descending) return a != a ? b == b : a > b;                                               \
    return b != b ? a == a : a < b;                                                               \
  }                                                                                               \
  static void sort_##T(int64_t n, void *values, int64_t *places, void *value_scratch,             \
                       int64_t *place_scratch, bool descending) {                                 \
    T *from = values, *to = value_scratch;                                                        \
    int64_t *from_at = places, *to_at = place_scratch;                                            \
    for (int64_t i = 0; i < n; i++) places[i] = i;                                                \
    for (int64_t width = 1; width < n; width *= 2) {                                              \
      for (int64_t start = 0; start < n; start += 2 * width) {                                    \
        int64_t middle = start + width < n ? start + width : n;                                   \
        int64_t end = start + 2 * width < n ? start + 2 * width : n;                              \
        int64_t left = start, right = middle;                                                     \
        for (int64_t i = start; i < end; i++) {                                                   \
          bool take_right = right < end &&                                                        \
              (left >= middle || before_##T(from[right], from[left], descending));                \
          int64_t taken = take_right ? right++ : left++;                                          \
          to[i] = from[taken];                                                                    \
          to_at[i] = from_at[taken];                                                              \
        }                                                                                         \
      }                                                                                           \
      T *values_before = from;                                                                    \
      int64_t *places_before = from_at;                                                           \
      from = to;                                                                                  \
      to = values_before;                                                                         \
      from_at = to_at;                                                                            \
      to_at = places_before;                                                                      \
    }                                                                                             \
    if (from != values) {                                                                         \
      memcpy(values, from, (size_t)n * sizeof(T));                                                \
      memcpy(places, from_at, (size_t)n * sizeof(int64_t));                                       \
    }                                                                                             \
  }

#define EACH_TYPE(X) X(float) X(double) X(int8_t) X(int16_t) X(int32_t) X(int64_t) X(uint8_t) X(bool)
#define ALL_OF(T) EXTREMES(cummax, T, >=) EXTREMES(cummin, T, <=) SORT(T)
EACH_TYPE(ALL_OF)

#define BY_TYPE(NAME)                                                                             \
  switch (dtype) {                                                                                \
  case KK_F32: return NAME##_float;                                                               \
  case KK_F64: return NAME##_double;                                                              \
  case KK_I8: return NAME##_int8_t;                                                               \
  case KK_I16: return NAME##_int16_t;                                                             \
  case KK_I32: return NAME##_int32_t;                                                             \
  case KK_I64: return NAME##_int64_t;                                                             \
  case KK_U8: return NAME##_uint8_t;                                                              \
  case KK_BOOL: return NAME##_bool;                                                               \
  default: return NULL;                                                                           \
  }
#define BY_SUM_TYPE(NAME)                                                                         \
  return dtype == KK_F32 ? NAME##_float : dtype == KK_F64 ? NAME##_double                         \
       : dtype == KK_I64 ? NAME##_int64_t : NULL;

kk_scan_loop kk_scan(ScanOp op, int32_t dtype) {
  switch (op) {
  case ScanOpCumsum: BY_SUM_TYPE(cumsum)
  case ScanOpCumprod: BY_SUM_TYPE(cumprod)
  case ScanOpLogcumsumexp:
    return dtype == KK_F32 ? logcumsumexp_float : dtype == KK_F64 ? logcumsumexp_double : NULL;
  case ScanOpCummax: BY_TYPE(cummax)
  case ScanOpCummin: BY_TYPE(cummin)
  case ScanOpCount: break;
  }
  return NULL;
}

kk_sort_loop kk_sort(int32_t dtype) { BY_TYPE(sort) }
