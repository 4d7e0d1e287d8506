// Pooling, once per instruction set and element type.
#include "isa.h"
#include <string.h>

#define KK_BODY "pool_types.inc"
#include "each_isa.h"
