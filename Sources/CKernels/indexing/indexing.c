// Reads and writes rows at a list of offsets. These loops are bound by memory, so one version
// serves every instruction set.
#include "isa.h"
#include <string.h>

void kk_take(int64_t n, const int64_t *offsets, const void *x, int64_t count, int64_t step,
             void *out, int64_t size) {
#define TAKE(T)                                                                                   \
  {                                                                                               \
    const T *source = x;                                                                          \
    T *target = out;                                                                              \
    if (count == 1) {                                                                             \
      for (int64_t i = 0; i < n; i++) target[i] = source[offsets[i]];                             \
      return;                                                                                     \
    }                                                                                             \
    for (int64_t i = 0; i < n; i++)                                                               \
      for (int64_t j = 0; j < count; j++) target[i * count + j] = source[offsets[i] + j * step];  \
    return;                                                                                       \
  }
  if (step == 1 && count > 1) {
    for (int64_t i = 0; i < n; i++)
      memcpy((char *)out + i * count * size, (const char *)x + offsets[i] * size,
             (size_t)(count * size));
    return;
  }
  switch (size) {
  case 1: TAKE(uint8_t)
  case 2: TAKE(uint16_t)
  case 4: TAKE(uint32_t)
  default: TAKE(uint64_t)
  }
#undef TAKE
}

void kk_border_rows(int64_t n, int64_t count, const void *x, int64_t step, void *out, int64_t line,
                    int64_t before, int64_t after, const int64_t *places, int64_t size) {
#define BORDER(T)                                                                                 \
  {                                                                                               \
    const T *from = x;                                                                            \
    for (T *to = out; n > 0; n--, from += step, to += line) {                                     \
      T *end = to + before + count;                                                               \
      for (int64_t j = 0; j < before; j++) to[j] = from[places[j]];                               \
      memcpy(to + before, from, (size_t)count * sizeof(T));                                       \
      for (int64_t j = 0; j < after; j++) end[j] = from[places[before + j]];                      \
    }                                                                                             \
    return;                                                                                       \
  }
  switch (size) {
  case 1: BORDER(uint8_t)
  case 2: BORDER(uint16_t)
  case 4: BORDER(uint32_t)
  default: BORDER(uint64_t)
  }
#undef BORDER
}

#define SAME(x) (x)
// Half precision is computed in float32; integers wrap around.
#define PUT(NAME, T, C, LOAD, STORE, EXPR)                                                        \
  static void NAME(int64_t n, const int64_t *offsets, void *out, int64_t count, int64_t step,     \
                   const void *source, int64_t source_row, int64_t source_step) {                 \
    T *target = out;                                                                              \
    const T *values = source;                                                                     \
    if (count == 1) {                                                                             \
      for (int64_t i = 0; i < n; i++) {                                                           \
        T *place = target + offsets[i];                                                           \
        C a = LOAD(*place), b = LOAD(values[i * source_row]);                                     \
        (void)a;                                                                                  \
        *place = (T)STORE(EXPR);                                                                  \
      }                                                                                           \
      return;                                                                                     \
    }                                                                                             \
    for (int64_t i = 0; i < n; i++)                                                               \
      for (int64_t j = 0; j < count; j++) {                                                       \
        T *place = target + offsets[i] + j * step;                                                \
        C a = LOAD(*place), b = LOAD(values[i * source_row + j * source_step]);                   \
        (void)a;                                                                                  \
        *place = (T)STORE(EXPR);                                                                  \
      }                                                                                           \
  }

#define ALL(N, T, C, U, LOAD, STORE)                                                              \
  PUT(set_##N, T, C, LOAD, STORE, b)                                                              \
  PUT(add_##N, T, C, LOAD, STORE, (C)((U)a + (U)b))                                               \
  PUT(mul_##N, T, C, LOAD, STORE, (C)((U)a * (U)b))                                               \
  PUT(max_##N, T, C, LOAD, STORE, ((a > b) | (a != a)) ? a : b)                                   \
  PUT(min_##N, T, C, LOAD, STORE, ((a < b) | (a != a)) ? a : b)

ALL(f16, _Float16, float, float, (float), (_Float16))
ALL(bf16, uint16_t, float, float, kk_from_bf16, kk_to_bf16)
ALL(f32, float, float, float, SAME, SAME)
ALL(f64, double, double, double, SAME, SAME)
ALL(i8, int8_t, int8_t, uint64_t, SAME, SAME)
ALL(i16, int16_t, int16_t, uint64_t, SAME, SAME)
ALL(i32, int32_t, int32_t, uint64_t, SAME, SAME)
ALL(i64, int64_t, int64_t, uint64_t, SAME, SAME)
ALL(u8, uint8_t, uint8_t, uint64_t, SAME, SAME)
ALL(bool, bool, bool, uint64_t, SAME, SAME)

kk_put_loop kk_put(ScatterOp op, int32_t dtype) {
#define ROW(N) {set_##N, add_##N, mul_##N, max_##N, min_##N}
  static const kk_put_loop table[KK_DTYPES][ScatterOpCount] = {
    ROW(f16), ROW(bf16), ROW(f32), ROW(f64), ROW(i8), ROW(i16), ROW(i32), ROW(i64),
    ROW(u8), ROW(bool)
  };
  return table[dtype][op];
}
