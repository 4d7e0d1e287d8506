// The loops of normalizations, once per instruction set.
#include "isa.h"

#define LANES 32
#define BLOCK 512

#define KK_BODY "normalize.inc"
#include "each_isa.h"
