// Cumulative operations and sorting, one row of contiguous elements at a time. Each step depends on
// the previous one, so a row cannot be vectorized.
#include "isa.h"
#include <math.h>
#include <string.h>

// `i` runs over the row forwards or backwards.
#define ROW(...)                                                                                  \
  for (int64_t j = 0; j < n; j++) {                                                               \
    int64_t i = backwards ? n - 1 - j : j;                                                        \
    __VA_ARGS__;                                                                                  \
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
    /* The factor keeps short integers from overflowing as int. */                                \
    ROW(total = (A)(1u * total * (A)x[i]); y[i] = (T)total)                                       \
  }

// The last of equal elements; a NaN stays the extreme from its index on.
#define EXTREMES(NAME, T, BETTER)                                                                 \
  static void NAME##_##T(int64_t n, const void *in, void *out, int64_t *at, bool backwards) {     \
    const T *x = in;                                                                              \
    T *y = out, best = 0;                                                                         \
    int64_t place = 0;                                                                            \
    ROW(                                                                                          \
      if (j == 0 || x[i] != x[i] || (best == best && x[i] BETTER best)) {                         \
        best = x[i];                                                                              \
        place = i;                                                                                \
      }                                                                                           \
      y[i] = best;                                                                                \
      at[i] = place)                                                                              \
  }

#define LOGSUMS(T)                                                                                \
  static void logcumsumexp_##T(int64_t n, const void *in, void *out, int64_t *at,                 \
                               bool backwards) {                                                  \
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

SUMS(float, double) SUMS(double, double) SUMS(int8_t, uint8_t) SUMS(int16_t, uint16_t)
SUMS(int32_t, uint32_t) SUMS(int64_t, uint64_t) SUMS(uint8_t, uint8_t)
EACH_FLOAT(LOGSUMS)

// A NaN is greater than everything.
#define BEFORE(T)                                                                                 \
  static inline bool before_##T(T a, T b, bool descending) {                                      \
    if (descending) return a != a ? b == b : a > b;                                               \
    return b != b ? a == a : a < b;                                                               \
  }

// Most elements are no better than the last of those selected so far.
#define SELECT(T)                                                                                 \
  static void select_##T(int64_t n, int64_t k, const void *in, void *values, int64_t *places,     \
                         bool descending) {                                                       \
    const T *x = in;                                                                              \
    T *best = values;                                                                             \
    int64_t count = 0;                                                                            \
    for (int64_t i = 0; i < n && k > 0; i++) {                                                    \
      if (count == k && !before_##T(x[i], best[k - 1], descending)) continue;                     \
      int64_t j = count < k ? count++ : k - 1;                                                    \
      for (; j > 0 && before_##T(x[i], best[j - 1], descending); j--) {                           \
        best[j] = best[j - 1];                                                                    \
        places[j] = places[j - 1];                                                                \
      }                                                                                           \
      best[j] = x[i];                                                                             \
      places[j] = i;                                                                              \
    }                                                                                             \
  }

// A stable bottom-up merge sort: runs of doubling width are merged alternately between two buffers.
#define SORT(T)                                                                                   \
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

#define ALL_OF(T) EXTREMES(cummax, T, >=) EXTREMES(cummin, T, <=) BEFORE(T) SELECT(T) SORT(T)
EACH_TYPE(ALL_OF)

#define CASE(T, NAME) case dtype_##T: return NAME##_##T;
#define BY_TYPE(NAME)                                                                             \
  switch (dtype) { EACH_TYPE(CASE, NAME) default: return NULL; }
#define BY_NUMBER(NAME)                                                                           \
  switch (dtype) { EACH_NUMBER(CASE, NAME) default: return NULL; }
kk_scan_loop kk_scan(ScanOp op, int32_t dtype) {
  switch (op) {
  case ScanOpCumsum: BY_NUMBER(cumsum)
  case ScanOpCumprod: BY_NUMBER(cumprod)
  case ScanOpLogcumsumexp:
    return dtype == KK_F32 ? logcumsumexp_float : dtype == KK_F64 ? logcumsumexp_double : NULL;
  case ScanOpCummax: BY_TYPE(cummax)
  case ScanOpCummin: BY_TYPE(cummin)
  case ScanOpCount: break;
  }
  return NULL;
}

// Long rows of up to 32 bits, and of integers whose range has no more, go by digits of their keys,
// whose unsigned order is that of the elements: up to three passes, each stable, over pairs of a
// key and a place. A digit that all keys share needs no pass.
typedef struct {
  uint32_t key, place;
} keyed;
enum { DIGIT = 11, DIGITS = 3, BUCKETS = 1 << DIGIT, SHORT_ROW = 256 };

static inline uint32_t key_float(float x, float least) {
  uint32_t bits;
  (void)least;
  if (x != x) return UINT32_MAX;
  x += 0.0f; // one zero
  memcpy(&bits, &x, 4);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static inline bool has_keys_float(int64_t n, const float *x, float *least) {
  (void)n, (void)x;
  *least = 0;
  return true;
}
#define HAS_KEYS(T)                                                                               \
  static inline uint32_t key_##T(T x, T least) {                                                  \
    return (uint32_t)((uint64_t)x - (uint64_t)least);                                             \
  }                                                                                               \
  static inline bool has_keys_##T(int64_t n, const T *x, T *least) {                              \
    T low = x[0], high = x[0];                                                                    \
    for (int64_t i = 1; i < n; i++) {                                                             \
      low = x[i] < low ? x[i] : low;                                                              \
      high = x[i] > high ? x[i] : high;                                                           \
    }                                                                                             \
    *least = low;                                                                                 \
    return (uint64_t)high - (uint64_t)low <= UINT32_MAX;                                          \
  }
#define EACH_WHOLE(X) EACH_INTEGER(X) X(bool)
EACH_WHOLE(HAS_KEYS)

#define BY_DIGITS(T)                                                                              \
  static void digits_##T(int64_t n, void *values, int64_t *places, void *value_scratch,           \
                         int64_t *place_scratch, bool descending) {                               \
    T least;                                                                                      \
    if (n < SHORT_ROW || n > UINT32_MAX || !has_keys_##T(n, values, &least))                      \
      return sort_##T(n, values, places, value_scratch, place_scratch, descending);               \
    T *x = value_scratch, *out = values;                                                          \
    keyed *from = (keyed *)place_scratch, *to = (keyed *)places;                                  \
    uint32_t count[DIGITS][BUCKETS] = {{0}};                                                      \
    memcpy(x, values, (size_t)n * sizeof(T));                                                     \
    for (int64_t i = 0; i < n; i++) {                                                             \
      uint32_t key = key_##T(x[i], least);                                                        \
      if (descending) key = ~key;                                                                 \
      from[i] = (keyed){key, (uint32_t)i};                                                        \
      for (int d = 0; d < DIGITS; d++) count[d][key >> (d * DIGIT) & (BUCKETS - 1)]++;            \
    }                                                                                             \
    for (int d = 0; d < DIGITS; d++) {                                                            \
      if (count[d][from[0].key >> (d * DIGIT) & (BUCKETS - 1)] == n) continue;                    \
      uint32_t start = 0;                                                                         \
      for (int b = 0; b < BUCKETS; b++) {                                                         \
        uint32_t here = count[d][b];                                                              \
        count[d][b] = start;                                                                      \
        start += here;                                                                            \
      }                                                                                           \
      for (int64_t i = 0; i < n; i++)                                                             \
        to[count[d][from[i].key >> (d * DIGIT) & (BUCKETS - 1)]++] = from[i];                     \
      keyed *before = from;                                                                       \
      from = to;                                                                                  \
      to = before;                                                                                \
    }                                                                                             \
    for (int64_t i = 0; i < n; i++) {                                                             \
      int64_t place = from[i].place;                                                              \
      out[i] = x[place];                                                                          \
      memcpy(places + i, &place, sizeof place);                                                   \
    }                                                                                             \
  }
BY_DIGITS(float)
EACH_WHOLE(BY_DIGITS)
// No keys of 32 bits.
#define digits_double sort_double

// Finds the element of a rank without sorting. Keys have the unsigned order of the elements; their
// digits are counted from the highest one that differs.
static inline uint64_t order_float(float x) { return key_float(x, 0); }
static inline uint64_t order_double(double x) {
  uint64_t bits;
  if (x != x) return UINT64_MAX;
  x += 0.0; // one zero
  memcpy(&bits, &x, 8);
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}
#define ORDER(T)                                                                                  \
  static inline uint64_t order_##T(T x) { return (uint64_t)(int64_t)x ^ (uint64_t)1 << 63; }
EACH_WHOLE(ORDER)

#define RANK(T)                                                                                   \
  static int64_t rank_##T(int64_t n, const void *in, int64_t k) {                                 \
    const T *x = in;                                                                              \
    const uint64_t first = order_##T(x[0]);                                                       \
    uint64_t varying = 0;                                                                         \
    for (int64_t i = 1; i < n; i++) varying |= order_##T(x[i]) ^ first;                           \
    int top = varying ? 64 - __builtin_clzll(varying) : 0;                                        \
    uint64_t known = top == 64 ? 0 : ~(uint64_t)0 << top, prefix = first & known;                 \
    while (top > 0) {                                                                             \
      int64_t count[BUCKETS] = {0}, bucket = 0;                                                   \
      top = top > DIGIT ? top - DIGIT : 0;                                                        \
      uint64_t digit = (~(uint64_t)0 << top) & ~known;                                            \
      for (int64_t i = 0; i < n; i++) {                                                           \
        uint64_t key = order_##T(x[i]);                                                           \
        if ((key & known) == prefix) count[(key & digit) >> top]++;                               \
      }                                                                                           \
      while (k >= count[bucket]) k -= count[bucket++];                                            \
      prefix |= (uint64_t)bucket << top;                                                          \
      known |= digit;                                                                             \
    }                                                                                             \
    for (int64_t i = 0; i < n; i++)                                                               \
      if ((order_##T(x[i]) & known) == prefix && k-- == 0) return i;                              \
    return 0;                                                                                     \
  }
RANK(float)
RANK(double)
EACH_WHOLE(RANK)
kk_rank_loop kk_rank(int32_t dtype) { BY_TYPE(rank) }

kk_sort_loop kk_sort(int32_t dtype) { BY_TYPE(digits) }
kk_select_loop kk_select(int32_t dtype) { BY_TYPE(select) }
