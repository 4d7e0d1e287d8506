// Wrappers of libpng and libjpeg-turbo that return on errors. Both libraries report errors with
// longjmp, which must not cross Swift's frames: no jump leaves these functions.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The size of a message buffer, including the final NUL.
#define KC_MESSAGE 256

// The size in a file's header, and the format of its decoded pixels.
typedef struct {
  uint32_t width;
  uint32_t height;
  int32_t channels;  // of the decoded pixels
  int32_t bits;      // 8 or 16, of the decoded samples
} kc_image_info;

// torchvision's read modes, with the same values.
typedef enum {
  KC_UNCHANGED = 0,
  KC_GRAY = 1,
  KC_GRAY_ALPHA = 2,
  KC_RGB = 3,
  KC_RGB_ALPHA = 4,
} kc_mode;

// Reads the header and returns the format of the image decoded in `mode`; allocates no pixels.
// All functions return false on errors, and write a message.
bool kc_png_info(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                 char *message);
bool kc_jpeg_info(const uint8_t *bytes, size_t count, kc_mode mode, kc_image_info *info,
                  char *message);

// Decodes to interleaved `pixels`, row by row: width * height * channels samples of 8 or 16 bits in
// the machine's byte order. `capacity` is the size of `pixels` in bytes.
bool kc_png_decode(const uint8_t *bytes, size_t count, kc_mode mode, void *pixels, size_t capacity,
                   char *message);
bool kc_jpeg_decode(const uint8_t *bytes, size_t count, kc_mode mode, void *pixels,
                    size_t capacity, char *message);

// Encodes interleaved 8-bit pixels; the caller frees the result with kc_free.
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
