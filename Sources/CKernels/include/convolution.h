// The loops of convolutions and pooling.
#pragma once
#pragma clang diagnostic ignored "-Wnullability-completeness"
#include <stdbool.h>
#include <stdint.h>

// MARK: Convolutions

/// The layout of one dimension of an input: for each of `residues` (numbers below `stride`), the
/// `length` elements at q · stride + residue − padding, zero outside the input.
typedef struct {
  int64_t size, padding, stride, length, phases;
  const int64_t *residues;
} kk_conv_axis;

/// The positions first ..< first + count of lines of `width`, of which the first `valid` exist, and
/// the strides of channels, lines and positions of the output.
typedef struct {
  int64_t first, count, width, valid;
  int64_t channel, row, column;
} kk_conv_columns;

/// A kernel element at an output position: its index among the packed ones, and the start of the
/// columns that it reads.
typedef struct {
  int64_t weight, column;
} kk_conv_tap;

/// The loops of convolutions of one floating type, with tiles of `mr` × `nr`.
typedef struct {
  int64_t mr, nr;
  /// Lays out one channel.
  void (*lay)(const kk_conv_axis *d, const kk_conv_axis *h, const kk_conv_axis *w, const void *x,
              void *out);
  /// y[m, places] = bias + A[m,k] · (the input from offsets[l] on)[k, places], summed in this
  /// order. A is packed in panels of mr, or its rows are `ra` apart. `reach` is the largest offset,
  /// and `readable` the number of readable input elements. `bias` may be NULL.
  void (*block)(int64_t m, int64_t k, const void *a, int64_t ra, bool packed, const void *image,
                const int64_t *offsets, int64_t reach, int64_t readable, const kk_conv_columns *c,
                const void *bias, void *y);
  /// C[m,n] += (the input from offsets[i] on)[m,k] · B[k,n]. B is packed in panels of nr that are
  /// `panel` apart. The rows of C are `rc` apart, with space for whole panels.
  void (*outer)(int64_t m, int64_t n, int64_t k, const void *image, const int64_t *offsets,
                const void *b, int64_t panel, void *c, int64_t rc);
  /// The same if C has one column: sums[m] += (the input from offsets[i] on)[m,k] · b[k].
  void (*dots)(int64_t m, int64_t k, const void *image, const int64_t *offsets, const void *b,
               void *sums);
  /// Packs weight[i · row + c · channel + places[t]] as row i in panels of mr. The columns run over
  /// blocks of channels, then over t, then over the channels of the block.
  void (*turn)(int64_t m, int64_t channels, int64_t block, int64_t taps, const int64_t *places,
               const void *weight, int64_t row, int64_t channel, void *out);
  // The following loops take samples as columns, up to nr of them:
  /// y[m, nr] = bias + Σ A[m] · columns over blocks of channels, then over the taps, then over the
  /// channels of the block, in this order; with `adds` it starts from y instead. A is packed by
  /// `turn`, with `depth` kernel elements for each channel. The columns of a channel are nr
  /// elements, with channels side by side. Of y, whose rows are `row` apart, whole vectors with the
  /// first `n` columns are written.
  void (*taps)(int64_t m, int64_t n, const void *a, const void *columns, int64_t channels,
               int64_t block, int64_t depth, const kk_conv_tap *taps, int64_t count,
               const void *bias, bool adds, void *y, int64_t row);
  /// Copies element (n, c, p) of images that are `sample` apart to out[p · place + c · nr + n],
  /// padded with zeros up to nr.
  void (*cross)(int64_t samples, int64_t channels, int64_t places, const void *x, int64_t sample,
                void *out, int64_t place);
  /// The inverse of `cross`.
  void (*uncross)(int64_t samples, int64_t channels, int64_t places, const void *x, int64_t place,
                  void *out, int64_t sample);
  /// out[j · column + r · taps + t] = sums[(t · mr + r) · nr + j] for r < m and j < n.
  void (*spread)(int64_t m, int64_t n, int64_t taps, const void *sums, void *out, int64_t column);
} kk_conv_kernels;
/// Returns the convolution loops for float32 or float64, else NULL.
const kk_conv_kernels *_Nullable kk_conv(int32_t dtype);

/// The transforms of 3 × 3 convolutions in float32, by F(4 × 4, 3 × 3). Each of the 36 elements is
/// `plane` elements from the next; vectors may be written past the end of a row.
typedef struct {
  /// Transforms the kernels of one output channel: element t of input channel c is w[c · channel +
  /// t], or 8 − t if `turned`.
  void (*filter)(int64_t channels, const float *w, int64_t channel, bool turned, float *out,
                 int64_t plane);
  /// Transforms a row of tiles of a channel that is laid out in four phases of columns, `phase`
  /// apart. Tiles start four columns apart, and lines are `width` apart.
  void (*input)(int64_t tiles, const float *x, int64_t width, int64_t phase, float *out,
                int64_t plane);
  /// Transforms a row of tiles back, as far as there are rows and columns, and adds `bias`.
  void (*output)(int64_t tiles, const float *m, int64_t plane, float bias, float *y, int64_t row,
                 int64_t rows, int64_t columns);
  // For these, the elements of samples are adjacent, and those of channels `line` apart:
  /// Transforms a tile of each channel, with elements at `places`; negative ones are zero.
  void (*input_samples)(int64_t channels, int64_t samples, int64_t line, const float *x,
                        const int64_t *places, float *out, int64_t plane);
  /// Transforms back to the 16 output positions, as far as they exist.
  void (*output_samples)(int64_t channels, int64_t samples, int64_t line, const float *m,
                         int64_t plane, const float *_Nullable bias, const int64_t *places,
                         float *y);
} kk_winograd_kernels;
const kk_winograd_kernels *kk_winograd(void);

// MARK: Pooling

/// The windows of a pooling operation along one dimension. Regular windows are `stride` ≥ 1 apart
/// and have `kernel` elements, `dilation` apart; `stride` 0 means that only `starts` and `ends` are
/// used.
typedef struct {
  int64_t input, output;
  /// The first index of each window and the index after its last, inside the input, and the divisor
  /// of the sum.
  const int64_t *starts, *ends, *counts;
  int64_t kernel, stride, padding, dilation;
} kk_pool_axis;

/// Pooling of one plane. Sums are divided by `divisor`, or by the counts of the windows if it is 0.
typedef struct {
  /// The maximum of each window, or its last NaN if there is one; `indices` may be NULL.
  void (*max)(const kk_pool_axis *d, const kk_pool_axis *h, const kk_pool_axis *w, const void *x,
              void *y, int64_t *_Nullable indices);
  void (*mean)(const kk_pool_axis *d, const kk_pool_axis *h, const kk_pool_axis *w,
               int64_t divisor, const void *x, void *y);
  /// The gradient of `mean`.
  void (*mean_back)(const kk_pool_axis *d, const kk_pool_axis *h, const kk_pool_axis *w,
                    int64_t divisor, const void *gradient, void *x);
  /// Clears the `size` elements of x and adds element i of `gradient` to x[indices[i]].
  void (*add)(int64_t n, const void *gradient, const int64_t *indices, int64_t size, void *x);
} kk_pool_loops;
/// Returns the loops for float32 (planes of less than 2³¹ elements), float64 or int64, else NULL.
const kk_pool_loops *_Nullable kk_pool(int32_t dtype);
