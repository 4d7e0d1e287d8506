// jpeglib.h uses FILE and size_t without declaring them.
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "CImageCodecs.h"

// The maximum number of scans, above that of any camera or program. Each scan decodes the whole
// image, so a small file with thousands of scans would take minutes. Large images may have fewer.
enum { MOST_SCANS = 200, LARGE_SCANS = 16, MOST_SCANNED = 1 << 30 };

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf place;
  char *message;
} failure;

static void fail(j_common_ptr jpeg) {
  failure *to = (failure *)jpeg->err;
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  snprintf(to->message, KC_MESSAGE, "%s", text);
  longjmp(to->place, 1);
}

// Data that ends inside the image is an error. Other warnings (stray bytes between markers, which
// some cameras write) do not affect the pixels.
static void notice(j_common_ptr jpeg, int level) {
  if (level < 0 && jpeg->err->msg_code == JWRN_HIT_MARKER) fail(jpeg);
}

static void quiet(j_common_ptr jpeg) { (void)jpeg; }

static struct jpeg_error_mgr *start(failure *to, char *message) {
  jpeg_std_error(&to->manager);
  to->manager.error_exit = fail;
  to->manager.emit_message = notice;
  to->manager.output_message = quiet;
  to->message = message;
  return &to->manager;
}

// MARK: A source in memory; a request for more data means that the file is truncated.

static void begin_source(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean more(j_decompress_ptr jpeg) {
  failure *to = (failure *)jpeg->err;
  snprintf(to->message, KC_MESSAGE, "the file is truncated");
  longjmp(to->place, 1);
}

static void skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if ((size_t)count > jpeg->src->bytes_in_buffer) more(jpeg);
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= count;
}

static void end_source(j_decompress_ptr jpeg) { (void)jpeg; }

static void watch(j_common_ptr jpeg) {
  if (!jpeg->is_decompressor) return;
  j_decompress_ptr image = (j_decompress_ptr)jpeg;
  double pixels = (double)image->image_width * image->image_height;
  int most = pixels * MOST_SCANS > MOST_SCANNED ? (int)(MOST_SCANNED / pixels) : MOST_SCANS;
  if (most < LARGE_SCANS) most = LARGE_SCANS;
  if (image->input_scan_number > most) {
    failure *to = (failure *)jpeg->err;
    snprintf(to->message, KC_MESSAGE, "it has more than %d scans", most);
    longjmp(to->place, 1);
  }
}

// Allocated on the heap, so that its fields survive a longjmp.
typedef struct {
  struct jpeg_decompress_struct jpeg;
  failure failure;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  uint8_t *row;
} reader;

// The conversion of CMYK to RGB and gray in Pillow and torchvision: k - k * (255 - ink) / 255.
static uint8_t ink(int k, int amount) {
  int v = k * (255 - amount) + 128;
  v = k - (((v >> 8) + v) >> 8);
  return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v;
}

static void from_cmyk(const uint8_t *in, size_t width, bool gray, uint8_t *out) {
  for (size_t i = 0; i < width; i++, in += 4) {
    int r = ink(in[3], in[0]), g = ink(in[3], in[1]), b = ink(in[3], in[2]);
    if (gray) {
      *out++ = (uint8_t)((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
    } else {
      *out++ = (uint8_t)r;
      *out++ = (uint8_t)g;
      *out++ = (uint8_t)b;
    }
  }
}

static bool read(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                 uint8_t *pixels, size_t capacity, char *message) {
  message[0] = 0;
  if (mode == KC_GRAY_ALPHA || mode == KC_RGB_ALPHA) {
    snprintf(
        message, KC_MESSAGE, "JPEG files have no transparency: read them unchanged, gray or rgb");
    return false;
  }
  reader *volatile r = calloc(1, sizeof(reader));
  if (!r) {
    snprintf(message, KC_MESSAGE, "out of memory");
    return false;
  }
  volatile bool done = false;
  r->jpeg.err = start(&r->failure, message);
  if (setjmp(r->failure.place)) goto end;
  jpeg_create_decompress(&r->jpeg);
  r->source = (struct jpeg_source_mgr){bytes, count, begin_source, more,
                                       skip,  jpeg_resync_to_restart, end_source};
  r->jpeg.src = &r->source;
  r->progress.progress_monitor = watch;
  r->jpeg.progress = &r->progress;

  jpeg_read_header(&r->jpeg, TRUE);
  bool cmyk = r->jpeg.out_color_space == JCS_CMYK;
  if (mode != KC_UNCHANGED && !cmyk) {
    r->jpeg.out_color_space = mode == KC_GRAY ? JCS_GRAYSCALE : JCS_RGB;
  }
  jpeg_calc_output_dimensions(&r->jpeg);
  bool converts = cmyk && mode != KC_UNCHANGED;
  int channels = converts ? (mode == KC_GRAY ? 1 : 3) : r->jpeg.out_color_components;
  size_t width = r->jpeg.output_width, height = r->jpeg.output_height, row = width * channels;
  if (info) *info = (kc_image_info){(uint32_t)width, (uint32_t)height, channels, 8};
  if (pixels) {
    if (row == 0 || height > capacity / row) goto end;
    if (converts) {
      r->row = malloc(width * 4);
      if (!r->row) goto end;
    }
    jpeg_start_decompress(&r->jpeg);
    while (r->jpeg.output_scanline < height) {
      uint8_t *out = pixels + r->jpeg.output_scanline * row;
      JSAMPROW target = converts ? r->row : out;
      jpeg_read_scanlines(&r->jpeg, &target, 1);
      if (converts) from_cmyk(r->row, width, mode == KC_GRAY, out);
    }
  }
  done = true;
end:
  jpeg_destroy_decompress(&r->jpeg);
  free(r->row);
  free(r);
  if (!done && !message[0]) snprintf(message, KC_MESSAGE, "out of memory");
  return done;
}

bool kc_jpeg_info(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                  char *message) {
  return read(bytes, count, mode, info, NULL, 0, message);
}

bool kc_jpeg_decode(const uint8_t *bytes, size_t count, kc_mode mode, void *pixels,
                    size_t capacity, char *message) {
  return read(bytes, count, mode, NULL, pixels, capacity, message);
}

typedef struct {
  struct jpeg_compress_struct jpeg;
  failure failure;
  unsigned char *bytes;
  unsigned long count;
} writer;

bool kc_jpeg_encode(const uint8_t *pixels, kc_image_info image, int quality, uint8_t **bytes,
                    size_t *count, char *message) {
  message[0] = 0;
  writer *volatile w = calloc(1, sizeof(writer));
  if (!w) {
    snprintf(message, KC_MESSAGE, "out of memory");
    return false;
  }
  volatile bool done = false;
  w->jpeg.err = start(&w->failure, message);
  if (setjmp(w->failure.place)) goto end;
  jpeg_create_compress(&w->jpeg);
  jpeg_mem_dest(&w->jpeg, &w->bytes, &w->count);
  w->jpeg.image_width = image.width;
  w->jpeg.image_height = image.height;
  w->jpeg.input_components = image.channels;
  w->jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&w->jpeg);
  jpeg_set_quality(&w->jpeg, quality, TRUE);
  jpeg_start_compress(&w->jpeg, TRUE);
  size_t row = (size_t)image.width * image.channels;
  while (w->jpeg.next_scanline < w->jpeg.image_height) {
    JSAMPROW line = (JSAMPROW)(pixels + w->jpeg.next_scanline * row);
    jpeg_write_scanlines(&w->jpeg, &line, 1);
  }
  jpeg_finish_compress(&w->jpeg);
  *bytes = w->bytes;
  *count = w->count;
  w->bytes = NULL;
  done = true;
end:
  jpeg_destroy_compress(&w->jpeg);
  free(w->bytes);
  free(w);
  if (!done && !message[0]) snprintf(message, KC_MESSAGE, "out of memory");
  return done;
}
