// Calls of libtiff functions with variable arguments, which Swift cannot make.
#include "CImageCodecs.h"

bool kc_tiff_number(void *read, void *file, uint32_t tag, uint32_t *number) {
  int (*get)(void *, uint32_t, ...) = (int (*)(void *, uint32_t, ...))read;
  // Width and height have 32 bits, the others 16.
  if (tag == 256 || tag == 257) return get(file, tag, number) == 1;
  uint16_t half = 0;
  if (get(file, tag, &half) != 1) return false;
  *number = half;
  return true;
}
