// The reductions, once per instruction set.
#include "isa.h"
#include <math.h>
#include <string.h>

#define KK_BODY "reduce.inc"
#include "each_isa.h"
