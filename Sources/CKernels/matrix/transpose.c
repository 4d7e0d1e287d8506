// Copies that turn rows into columns. They wait for memory, so one version serves
// every instruction set.
#include "isa.h"
#include <string.h>

// A tile is one cache line wide and high: each line is read and written once as a whole, even if
// the rows compete for the same cache sets.
#define LINE 64

#define TURN(T, NAME, STEP)                                                                       \
  static void NAME(int64_t rows, int64_t columns, const T *x, int64_t row, T *out,                \
                   int64_t line) {                                                                \
    enum { E = LINE / sizeof(T) };                                                                \
    T tile[E][E] __attribute__((aligned(LINE))), turned[E][E] __attribute__((aligned(LINE)));     \
    for (int64_t r = 0; r < rows; r += E)                                                         \
      for (int64_t c = 0; c < columns; c += E) {                                                  \
        const T *from = x + r * row + c;                                                          \
        T *to = out + c * line + r;                                                               \
        int64_t high = rows - r < E ? rows - r : E, wide = columns - c < E ? columns - c : E;     \
        if (high < E || wide < E) {                                                               \
          for (int64_t j = 0; j < wide; j++)                                                      \
            for (int64_t i = 0; i < high; i++) to[j * line + i] = from[i * row + j];              \
          continue;                                                                               \
        }                                                                                         \
        for (int i = 0; i < E; i++) memcpy(tile[i], from + i * row, LINE);                        \
        STEP                                                                                      \
        for (int j = 0; j < E; j++) memcpy(to + j * line, turned[j], LINE);                       \
      }                                                                                           \
  }

#define ONE_BY_ONE                                                                                \
  for (int j = 0; j < E; j++)                                                                     \
    for (int i = 0; i < E; i++) turned[j][i] = tile[i][j];

typedef uint32_t quad __attribute__((vector_size(16)));
#define FOUR_BY_FOUR                                                                              \
  for (int i = 0; i < E; i += 4)                                                                  \
    for (int j = 0; j < E; j += 4) {                                                              \
      quad r0 = *(quad *)&tile[i][j], r1 = *(quad *)&tile[i + 1][j];                              \
      quad r2 = *(quad *)&tile[i + 2][j], r3 = *(quad *)&tile[i + 3][j];                          \
      quad low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);                                   \
      quad high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);                                  \
      quad low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);                                   \
      quad high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);                                  \
      *(quad *)&turned[j][i] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);                 \
      *(quad *)&turned[j + 1][i] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);             \
      *(quad *)&turned[j + 2][i] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);           \
      *(quad *)&turned[j + 3][i] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);           \
    }

TURN(uint8_t, turn_8, ONE_BY_ONE)
TURN(uint16_t, turn_16, ONE_BY_ONE)
TURN(uint32_t, turn_32, FOUR_BY_FOUR)
TURN(uint64_t, turn_64, ONE_BY_ONE)

void kk_transpose(int64_t rows, int64_t columns, const void *x, int64_t row, void *out,
                  int64_t line, int64_t size) {
  switch (size) {
  case 1: return turn_8(rows, columns, x, row, out, line);
  case 2: return turn_16(rows, columns, x, row, out, line);
  case 4: return turn_32(rows, columns, x, row, out, line);
  default: return turn_64(rows, columns, x, row, out, line);
  }
}

void kk_copy_rows(int64_t n, int64_t bytes, const void *x, int64_t step, void *out, int64_t line) {
  const char *from = x;
  char *to = out;
#define ROWS(BYTES)                                                                               \
  for (int64_t i = 0; i < n; i++) memcpy(to + i * line, from + i * step, BYTES);                  \
  return;
  switch (bytes) {
  case 4: ROWS(4)
  case 8: ROWS(8)
  case 16: ROWS(16)
  case 32: ROWS(32)
  case 64: ROWS(64)
  }
  for (int64_t i = 0; i < n; i++) kk_copy_bytes(to + i * line, from + i * step, bytes);
#undef ROWS
}
