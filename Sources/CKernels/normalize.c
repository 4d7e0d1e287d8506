// The loops of normalizations, once per instruction set.
#include "isa.h"

#define LANES 32
#define BLOCK 512
#define LOOP(BODY)                                                                                \
  _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < n; i++) { BODY; }
#define EACH_LANE(BODY)                                                                           \
  _Pragma("clang loop vectorize(assume_safety)") for (int j = 0; j < LANES; j++) { BODY; }

#define KK_BODY "normalize.inc"
#include "each_isa.h"
