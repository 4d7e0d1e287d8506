// The innermost loops, compiled once per instruction set and selected at start.
// They have no allocation, threads or shapes: only pointers, counts and strides (in elements).
#pragma once
#pragma clang diagnostic ignored "-Wnullability-completeness"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "convolution.h"
#include "operations.h"

#define KK_ENUM enum __attribute__((enum_extensibility(closed)))

/// The element types, in the order of Swift's `DType`.
enum { KK_F16, KK_BF16, KK_F32, KK_F64, KK_I8, KK_I16, KK_I32, KK_I64, KK_U8, KK_BOOL, KK_DTYPES };

// MARK: Instruction sets

typedef KK_ENUM InstructionSet : int32_t {
  InstructionSetGeneric, InstructionSetAvx2, InstructionSetAvx512
} InstructionSet;

/// The instruction set of this thread: the one that it requests, else the one in KINDLING_ISA, else
/// the best that the machine supports.
InstructionSet kk_instruction_set(void);
bool kk_has_instruction_set(InstructionSet set);

// MARK: Per-thread state

/// Modes that every operation checks; a plain thread-local read costs nothing.
typedef struct {
  bool grad_disabled, inference_mode, anomaly;
  /// 1 + the instruction set that this thread requests, used by tests to compare them; 0 for none.
  int8_t instruction_set;
  /// Swift's file system faults that a test injects, unowned.
  void *_Nullable faults;
  /// Swift's innermost scope of warnings, unowned.
  void *_Nullable warnings;
  /// The lowest address of the thread's stack; null until first used.
  void *_Nullable stack_end;
  /// Swift's list of graph parts to release, while an outermost release is running.
  void *_Nullable pending;
  /// Swift's random generator that replaces the default one, unowned.
  void *_Nullable generator;
  /// Swift's innermost hooks on saved tensors.
  void *_Nullable saved_hooks;
} kk_thread_state;

extern _Thread_local kk_thread_state kk_thread_state_storage;
static inline kk_thread_state *_Nonnull kk_state(void) { return &kk_thread_state_storage; }

/// Whether calls that need `bytes` of stack fit on that of this thread; true where the system does
/// not tell. In a build with a sanitizer, whose frames are larger, as many calls need more.
bool kk_stack_holds(size_t bytes);

/// The sanitizers that keep memory of their own beside the program's.
typedef KK_ENUM Sanitizer : int32_t { SanitizerNone, SanitizerAddress, SanitizerThread } Sanitizer;

/// The one that this build has.
Sanitizer kk_sanitizer(void);

/// Yields the processor while a thread spins.
static inline void kk_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// MARK: Elementwise loops

/// A loop over `n` elements. `in[i]` advances by `in_strides[i]` elements, `out` by `out_stride`.
typedef void (*kk_loop)(int64_t n, const void *const *in, const int64_t *in_strides, void *out,
                        int64_t out_stride, const double *parameters);

#define KK_CASE(NAME, ...) UnaryOp##NAME,
typedef KK_ENUM UnaryOp : int32_t { KK_UNARY_OPS(KK_CASE) UnaryOpCount } UnaryOp;
#undef KK_CASE
#define KK_CASE(NAME, ...) BinaryOp##NAME,
typedef KK_ENUM BinaryOp : int32_t { KK_BINARY_OPS(KK_CASE) BinaryOpCount } BinaryOp;
#undef KK_CASE
#define KK_CASE(NAME, ...) TernaryOp##NAME,
typedef KK_ENUM TernaryOp : int32_t { KK_TERNARY_OPS(KK_CASE) TernaryOpCount } TernaryOp;
#undef KK_CASE

/// PyTorch's name of an operation, for messages.
const char *_Nonnull kk_unary_name(UnaryOp op);
const char *_Nonnull kk_binary_name(BinaryOp op);
const char *_Nonnull kk_ternary_name(TernaryOp op);
/// Whether the results are bool.
bool kk_unary_is_condition(UnaryOp op);
bool kk_binary_is_condition(BinaryOp op);

/// Returns the loop for an operation on elements of `dtype`, or NULL if there is none. 16-bit
/// floats have no loops: they are computed in float32. Conditions write bool.
kk_loop kk_unary(UnaryOp op, int32_t dtype);
kk_loop kk_binary(BinaryOp op, int32_t dtype);
kk_loop kk_ternary(TernaryOp op, int32_t dtype);
/// in[0] is bool; in[1] and in[2] have any `dtype`.
kk_loop kk_where(int32_t dtype);
/// Converts elements like C; a float converts to bool as "not zero".
kk_loop kk_convert(int32_t from, int32_t to);

// MARK: Reductions

#define KK_CASE(NAME, ...) ReduceOp##NAME,
typedef KK_ENUM ReduceOp : int32_t { KK_REDUCE_OPS(KK_CASE) ReduceOpCount } ReduceOp;
#undef KK_CASE
const char *_Nonnull kk_reduce_name(ReduceOp op);

/// Reduces `n` elements at `x`, `stride` apart, to one at `out` (int64 for `Arg…`, bool for
/// `Any`/`All`, else `dtype`). Floating-point sums are pairwise. NULL if there is no loop.
typedef void (*kk_reduce_loop)(int64_t n, const void *x, int64_t stride, void *out);
kk_reduce_loop kk_reduce(ReduceOp op, int32_t dtype);
/// Combines `n` partial results at `acc` with `n` more elements at `x`: the reduction along an
/// outer dimension if the inner one is contiguous. Not for `Arg…`.
typedef void (*kk_accumulate_loop)(int64_t n, void *acc, const void *x);
kk_accumulate_loop kk_accumulate(ReduceOp op, int32_t dtype);
/// Finds the index of the extreme of each of `n` adjacent columns of `rows` elements, `row` apart.
/// Only for `Arg…`.
typedef void (*kk_arg_rows_loop)(int64_t n, int64_t rows, const void *x, int64_t row, int64_t *out);
kk_arg_rows_loop kk_arg_rows(ReduceOp op, int32_t dtype);

// MARK: Cumulative operations and sorting

typedef KK_ENUM ScanOp : int32_t {
  ScanOpCumsum, ScanOpCumprod, ScanOpLogcumsumexp, ScanOpCummax, ScanOpCummin,
  ScanOpCount
} ScanOp;

/// Computes cumulative results over `n` contiguous elements, from the end if `backwards`. `indices`
/// gets the index of each maximum or minimum; other operations ignore it. NULL if there is no loop.
typedef void (*kk_scan_loop)(int64_t n, const void *x, void *out, int64_t *indices, bool backwards);
kk_scan_loop kk_scan(ScanOp op, int32_t dtype);

/// Sorts `n` contiguous values stably and writes their original indices to `places`; NaN is the
/// greatest. The scratch buffers have the size of the others.
typedef void (*kk_sort_loop)(int64_t n, void *values, int64_t *places, void *value_scratch,
                             int64_t *place_scratch, bool descending);
kk_sort_loop kk_sort(int32_t dtype);
/// Writes the first `k` ≤ n elements that sorting would give, for a small k.
typedef void (*kk_select_loop)(int64_t n, int64_t k, const void *x, void *values, int64_t *places,
                               bool descending);
kk_select_loop kk_select(int32_t dtype);

/// Finds the index of the element that stable sorting would put at position `k` of n ≥ 1.
typedef int64_t (*kk_rank_loop)(int64_t n, const void *x, int64_t k);
kk_rank_loop kk_rank(int32_t dtype);

// MARK: Fused loops

/// Softmax of contiguous rows of n ≥ 1 elements, or its logarithm, and the gradient of either.
typedef struct {
  void (*_Nullable forward)(int64_t rows, int64_t n, const void *x, void *out, bool log);
  void (*_Nullable backward)(int64_t rows, int64_t n, const void *gradient, const void *output,
                             void *out, bool log);
} kk_softmax_loops;
/// Returns the loops for float32 and float64; NULL for other types and without a vector `exp`.
kk_softmax_loops kk_softmax(int32_t dtype);

/// The passes of a normalization over n contiguous elements. `weight` and `bias` have one element
/// for each, and may be NULL.
typedef struct {
  double (*_Nullable sum)(int64_t n, const void *x);
  /// Σ (x − mean)²
  double (*_Nullable spread)(int64_t n, const void *x, double mean);
  /// Adds Σ g·w and Σ g·w·(x − mean) to `out`.
  void (*_Nullable products)(int64_t n, const void *gradient, const void *x, const void *weight,
                             double mean, double *out);
  /// (x − mean)·scale·w + b with a weight, (x − mean)·scale + shift without.
  void (*_Nullable affine)(int64_t n, const void *x, double mean, double scale, double shift,
                           const void *weight, const void *bias, void *out);
  /// g·w·a + (x − mean)·b + c
  void (*_Nullable gradient)(int64_t n, const void *gradient, const void *x, const void *weight,
                             double mean, double a, double b, double c, void *out);
  /// Adds g·(x − mean)·rstd to `weights` and g to `biases`, elementwise.
  void (*_Nullable columns)(int64_t n, const void *gradient, const void *x, double mean,
                            double rstd, void *weights, void *biases);
} kk_normalize_loops;
/// Returns the loops for float32 and float64; NULL for other types.
kk_normalize_loops kk_normalize(int32_t dtype);

// MARK: Matrix products

/// The loops of matrix products of one floating type. `mr` × `nr` is the register tile.
typedef struct {
  int64_t mr, nr;
  /// Packs n × k elements, `sn` and `sk` apart, into panels of `width` (mr or nr) along n. Each
  /// panel has k rows of `width`; the last one is padded with zeros.
  void (*pack)(int64_t width, int64_t n, int64_t k, const void *x, int64_t sn, int64_t sk,
               void *out);
  /// C[m,n] = alpha·A[m,k]·B[k,n] + beta·C. B is packed in panels of nr. A is packed in panels of
  /// mr, or its rows are `ra` apart with adjacent elements. C is not read if beta is 0.
  void (*block)(int64_t m, int64_t n, int64_t k, double alpha, const void *a, int64_t ra,
                bool packed, const void *b, double beta, void *c, int64_t rc, int64_t cc);
  /// y[m] = alpha·A[m,k]·x[k] + beta·y, `step` apart, for rows of A that are `ra` apart.
  void (*mv_rows)(int64_t m, int64_t k, double alpha, const void *a, int64_t ra, const void *x,
                  double beta, void *y, int64_t step);
  /// The same for columns of A that are `ca` apart.
  void (*mv_columns)(int64_t m, int64_t k, double alpha, const void *a, int64_t ca, const void *x,
                     double beta, void *y, int64_t step);
} kk_gemm_kernels;
/// Returns the matrix product loops for float32 or float64, else NULL.
const kk_gemm_kernels *_Nullable kk_gemm(int32_t dtype);
/// C[m,n] = alpha·A[m,k]·B[k,n] + beta·C for integers; the elements of a row of B are adjacent.
void kk_gemm_i64(int64_t m, int64_t n, int64_t k, int64_t alpha, const int64_t *a, int64_t ra,
                 int64_t ca, const int64_t *b, int64_t rb, int64_t beta, int64_t *c, int64_t rc,
                 int64_t cc);

// MARK: Weighted elements

/// How each of n results of a line follows from a few elements of another: for t < taps, the
/// element `places[t · step + i]`, or none where that is negative, times `weights[t · step + i]`,
/// or 1 where there are no weights. Each element is `width` numbers side by side.
typedef struct {
  int64_t taps, n, step;
  const int64_t *_Nonnull places;
  const void *_Nullable weights;
  int64_t width;
} kk_taps;

/// The loops over lines of x, `row` numbers apart, and of results, `line` apart.
typedef struct {
  /// out[i] = Σ_t w · x[place], added up in the order of t.
  void (*_Nonnull gather)(const kk_taps *_Nonnull taps, int64_t rows, const void *_Nonnull x,
                          int64_t row, void *_Nonnull out, int64_t line);
  /// x[place] += w · g[i]
  void (*_Nonnull spread)(const kk_taps *_Nonnull taps, int64_t rows, const void *_Nonnull g,
                          int64_t line, void *_Nonnull x, int64_t row);
  /// sums[t · step + i] += Σ g[i] · x[place], over all lines.
  void (*_Nonnull products)(const kk_taps *_Nonnull taps, int64_t rows, const void *_Nonnull g,
                            int64_t line, const void *_Nonnull x, int64_t row,
                            void *_Nonnull sums);
} kk_sample_loops;
/// The loops for float32, float64 or int64, else NULL.
const kk_sample_loops *_Nullable kk_sample(int32_t dtype);

// MARK: Random numbers

/// The stages of random fills. `draws` are 32-bit draws of the Mersenne Twister: one per element
/// for float32 and narrow integers, two (the high half first) for float64 and wide integers.
/// Uniform values that reach `to` become `from`. All instruction sets give the same bits.
typedef struct {
  /// Replaces the 624 words of the state with the next 624.
  void (*_Nonnull refill)(uint32_t *words);
  /// Computes draws from words.
  void (*_Nonnull temper)(int64_t n, const uint32_t *words, uint32_t *draws);
  void (*_Nonnull uniform_f32)(int64_t n, const uint32_t *draws, float *out, float from,
                               float range, float to);
  void (*_Nonnull uniform_f64)(int64_t n, const uint32_t *draws, double *out, double from,
                               double range, double to);
  /// from + draw modulo range.
  void (*_Nonnull integers)(int64_t n, const uint32_t *draws, int64_t *out, uint64_t range,
                            int64_t from, bool wide);
  /// Converts blocks of 16 uniform values to blocks of 16 normal values, in place.
  void (*_Nonnull normal_f32)(int64_t blocks, float *x, float mean, float std);
  void (*_Nonnull normal_f64)(int64_t blocks, double *x, double mean, double std);
  /// For 16-bit floats, for which PyTorch uses other functions than for float32.
  void (*_Nonnull normal_half)(int64_t blocks, float *x, float mean, float std);
} kk_random_loops;

const kk_random_loops *_Nonnull kk_random(void);

// MARK: Indexing

typedef KK_ENUM ScatterOp : int32_t {
  ScatterOpSet, ScatterOpAdd, ScatterOpMul, ScatterOpMax, ScatterOpMin,
  ScatterOpCount
} ScatterOp;

/// out[c · line + r] = x[r · row + c] for elements of `size` bytes.
void kk_transpose(int64_t rows, int64_t columns, const void *x, int64_t row, void *out,
                  int64_t line, int64_t size);
/// Copies n rows of `bytes`, `step` and `line` bytes apart.
void kk_copy_rows(int64_t n, int64_t bytes, const void *x, int64_t step, void *out, int64_t line);
/// Copies n rows of `count` elements of `size` bytes, `step` and `line` elements apart, with
/// `before` and `after` further ones around them, which stand at `places` of the row itself.
void kk_border_rows(int64_t n, int64_t count, const void *x, int64_t step, void *out, int64_t line,
                    int64_t before, int64_t after, const int64_t *places, int64_t size);
/// The first of n numbers that is not in `low..<high`, or -1.
int64_t kk_first_outside(int64_t n, const int64_t *x, int64_t low, int64_t high);
/// Copies to row `i` of `out`, contiguous, the `count` elements of `size` bytes, `step` elements
/// apart, that start at element `offsets[i]` of `x`.
void kk_take(int64_t n, const int64_t *offsets, const void *x, int64_t count, int64_t step,
             void *out, int64_t size);
/// Combines those elements of `out` with `source`, whose rows and columns are `source_row` and
/// `source_step` elements apart, in order.
typedef void (*kk_put_loop)(int64_t n, const int64_t *offsets, void *out, int64_t count,
                            int64_t step, const void *source, int64_t source_row,
                            int64_t source_step);
kk_put_loop kk_put(ScatterOp op, int32_t dtype);

// MARK: Checksums

/// Folds the front of `bytes`, after the checksum `crc`, into 16 bytes at `out` with the same
/// CRC-32 if started at zero. Returns the length of the front, or 0 if folding is not worthwhile.
int64_t kk_crc32_fold(uint32_t crc, const uint8_t *_Nonnull bytes, int64_t n,
                      uint8_t *_Nonnull out);
