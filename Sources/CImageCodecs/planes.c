#include "CImageCodecs.h"

void kc_to_planes_8(const uint8_t *pixels, size_t count, size_t channels, uint8_t *planes) {
  for (size_t c = 0; c < channels; c++)
    for (size_t i = 0; i < count; i++) planes[c * count + i] = pixels[i * channels + c];
}

void kc_to_planes_16(const uint16_t *pixels, size_t count, size_t channels, int32_t *planes) {
  for (size_t c = 0; c < channels; c++)
    for (size_t i = 0; i < count; i++) planes[c * count + i] = pixels[i * channels + c];
}

void kc_from_planes_8(const uint8_t *planes, size_t count, size_t channels, uint8_t *pixels) {
  for (size_t c = 0; c < channels; c++)
    for (size_t i = 0; i < count; i++) pixels[i * channels + c] = planes[c * count + i];
}
