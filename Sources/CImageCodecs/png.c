#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t at;
} source;

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} sink;

static void fail(png_structp png, png_const_charp text) {
  char *message = png_get_error_ptr(png);
  snprintf(message, KC_MESSAGE, "%s", text);
  png_longjmp(png, 1);
}

// Warnings do not affect the pixels.
static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void take(png_structp png, png_bytep out, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->count - from->at) png_error(png, "the file is truncated");
  memcpy(out, from->bytes + from->at, count);
  from->at += count;
}

static void put(png_structp png, png_bytep in, size_t count) {
  sink *to = png_get_io_ptr(png);
  if (count > to->capacity - to->count) {
    size_t wanted = to->capacity * 2 > to->count + count ? to->capacity * 2 : to->count + count;
    uint8_t *grown = realloc(to->bytes, wanted);
    if (!grown) png_error(png, "out of memory");
    to->bytes = grown;
    to->capacity = wanted;
  }
  memcpy(to->bytes + to->count, in, count);
  to->count += count;
}

static void flush(png_structp png) { (void)png; }

// Reads the header and requests torchvision's conversions from libpng. There are two differences,
// since torchvision leaves memory uninitialized there: palette indices of less than 8 bits are
// unpacked to one per byte, and a palette without transparency gets an opaque alpha channel.
static void prepare(png_structp png, png_infop info, kc_mode mode, kc_image_info *out) {
  png_read_info(png, info);
  png_uint_32 width, height;
  int depth, type, interlace;
  png_get_IHDR(png, info, &width, &height, &depth, &type, &interlace, NULL, NULL);
  int channels = png_get_channels(png, info);
  bool palette = type & PNG_COLOR_MASK_PALETTE, color = type & PNG_COLOR_MASK_COLOR;
  bool alpha = type & PNG_COLOR_MASK_ALPHA;

  if (depth < 8) {
    if (palette) {
      png_set_packing(png);
    } else {
      png_set_expand_gray_1_2_4_to_8(png);
    }
  }
  if (depth == 16) {
    const uint16_t probe = 1;
    if (*(const uint8_t *)&probe) png_set_swap(png);
  }
  if (interlace == PNG_INTERLACE_ADAM7) png_set_interlace_handling(png);

  if (mode != KC_UNCHANGED) {
    bool wants_color = mode == KC_RGB || mode == KC_RGB_ALPHA;
    bool wants_alpha = mode == KC_GRAY_ALPHA || mode == KC_RGB_ALPHA;
    if (palette) {
      png_set_palette_to_rgb(png);
      alpha = png_get_valid(png, info, PNG_INFO_tRNS);
    }
    if (alpha && !wants_alpha) png_set_strip_alpha(png);
    // The maximum sample of the file's depth, which for 1, 2 and 4 bits is not opaque, as in
    // torchvision.
    if (!alpha && wants_alpha) {
      png_set_add_alpha(png, palette ? 255 : (1u << depth) - 1, PNG_FILLER_AFTER);
    }
    if (color && !wants_color) png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, 0.2989, 0.587);
    if (!color && wants_color) png_set_gray_to_rgb(png);
    channels = (wants_color ? 3 : 1) + (wants_alpha ? 1 : 0);
  }
  png_read_update_info(png, info);
  *out = (kc_image_info){width, height, channels, depth == 16 ? 16 : 8};
}

// Allocated on the heap, so that its fields survive a longjmp.
typedef struct {
  png_structp png;
  png_infop info;
  png_bytepp rows;
  source from;
} reader;

static bool read(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                 void *pixels, size_t capacity, char *message) {
  message[0] = 0;
  reader *volatile r = calloc(1, sizeof(reader));
  volatile bool done = false;
  if (!r) goto end;
  r->from = (source){bytes, count, 0};
  r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
  if (!r->png) goto end;
  r->info = png_create_info_struct(r->png);
  if (!r->info) goto end;
  if (setjmp(png_jmpbuf(r->png))) goto end;

  png_set_read_fn(r->png, &r->from, take);
  // A wrong checksum is an error, but chunks that do not affect the pixels are skipped instead.
  png_set_crc_action(r->png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  kc_image_info found;
  prepare(r->png, r->info, mode, &found);
  if (info) *info = found;
  if (pixels) {
    size_t row = png_get_rowbytes(r->png, r->info);
    if (row != (size_t)found.width * found.channels * (found.bits / 8) ||
        found.height > capacity / row) {
      png_error(r->png, "the size of its rows is not what its header says");
    }
    r->rows = malloc(found.height * sizeof(png_bytep));
    if (!r->rows) png_error(r->png, "out of memory");
    for (uint32_t y = 0; y < found.height; y++) r->rows[y] = (png_bytep)pixels + y * row;
    png_read_image(r->png, r->rows);
  }
  done = true;
end:
  if (r) {
    if (r->png) png_destroy_read_struct(&r->png, r->info ? &r->info : NULL, NULL);
    free(r->rows);
    free(r);
  }
  if (!done && !message[0]) snprintf(message, KC_MESSAGE, "out of memory");
  return done;
}

bool kc_png_info(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                 char *message) {
  return read(bytes, count, mode, info, NULL, 0, message);
}

bool kc_png_decode(const uint8_t *bytes, size_t count, kc_mode mode, void *pixels, size_t capacity,
                   char *message) {
  return read(bytes, count, mode, NULL, pixels, capacity, message);
}

typedef struct {
  png_structp png;
  png_infop info;
  sink to;
} writer;

bool kc_png_encode(const uint8_t *pixels, kc_image_info image, int level, uint8_t **bytes,
                   size_t *count, char *message) {
  static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                              PNG_COLOR_TYPE_RGB_ALPHA};
  message[0] = 0;
  writer *volatile w = calloc(1, sizeof(writer));
  volatile bool done = false;
  if (!w) goto end;
  w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
  if (!w->png) goto end;
  w->info = png_create_info_struct(w->png);
  if (!w->info) goto end;
  if (setjmp(png_jmpbuf(w->png))) goto end;

  png_set_write_fn(w->png, &w->to, put, flush);
  png_set_IHDR(w->png, w->info, image.width, image.height, 8, types[image.channels - 1],
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(w->png, level);
  png_write_info(w->png, w->info);
  size_t row = (size_t)image.width * image.channels;
  for (uint32_t y = 0; y < image.height; y++) png_write_row(w->png, pixels + y * row);
  png_write_end(w->png, w->info);
  *bytes = w->to.bytes;
  *count = w->to.count;
  w->to.bytes = NULL;
  done = true;
end:
  if (w) {
    if (w->png) png_destroy_write_struct(&w->png, w->info ? &w->info : NULL);
    free(w->to.bytes);
    free(w);
  }
  if (!done && !message[0]) snprintf(message, KC_MESSAGE, "out of memory");
  return done;
}

void kc_free(uint8_t *bytes) { free(bytes); }
