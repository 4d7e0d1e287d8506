// The elementwise loops, once per instruction set.
#include "isa.h"
#include <math.h>
#include <string.h>

#define KK_BODY "elementwise.inc"
#include "each_isa.h"
