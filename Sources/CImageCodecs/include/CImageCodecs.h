// libpng and libjpeg-turbo behind functions that return. Both libraries report errors with longjmp,
// which must not cross Swift's frames: here every jump ends where it began.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Room for a message, with its final NUL.
#define KC_MESSAGE 256

// What a file's header says, and what its pixels are decoded to.
typedef struct {
  uint32_t width;
  uint32_t height;
  int32_t channels;  // of the decoded pixels
  int32_t bits;      // 8 or 16, of the decoded samples
} kc_image_info;

// torchvision's read modes, with its numbers.
typedef enum {
  KC_UNCHANGED = 0,
  KC_GRAY = 1,
  KC_GRAY_ALPHA = 2,
  KC_RGB = 3,
  KC_RGB_ALPHA = 4,
} kc_mode;

// Whether the header is whole, and then what the image decodes to in `mode`. Takes no memory for
// pixels. All functions write a message where they return false.
bool kc_png_info(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                 char *message);
bool kc_jpeg_info(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                  char *message);

// Decodes to `pixels`, which has room for width * height * channels samples of 8 or 16 bits (in the
// machine's byte order): row by row, the channels of a pixel side by side.
bool kc_png_decode(const uint8_t *bytes, size_t count, kc_mode mode, void *pixels, size_t capacity,
                   char *message);
bool kc_jpeg_decode(const uint8_t *bytes, size_t count, kc_mode mode, void *pixels,
                    size_t capacity, char *message);

// Encodes pixels as above, of 8 bits; the result is the caller's to free with kc_free.
bool kc_png_encode(const uint8_t *pixels, kc_image_info info, int level, uint8_t **bytes,
                   size_t *count, char *message);
bool kc_jpeg_encode(const uint8_t *pixels, kc_image_info info, int quality, uint8_t **bytes,
                    size_t *count, char *message);
void kc_free(uint8_t *bytes);

// A number of a TIFF file's directory: true where there is one. `read` is libtiff's
// TIFFGetFieldDefaulted, whose arguments vary in number, which Swift cannot call.
bool kc_tiff_number(void *read, void *file, uint32_t tag, uint32_t *number);

// Pixels to planes, one a channel, and back.
void kc_to_planes_8(const uint8_t *pixels, size_t count, size_t channels, uint8_t *planes);
void kc_to_planes_16(const uint16_t *pixels, size_t count, size_t channels, int32_t *planes);
void kc_from_planes_8(const uint8_t *planes, size_t count, size_t channels, uint8_t *pixels);
