// The conversions, once per instruction set.
#include "isa.h"

#define KK_BODY "convert.inc"
#include "each_isa.h"
