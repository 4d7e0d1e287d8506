// Matrix products, once per instruction set and element type.
#include "isa.h"
#include <string.h>

#define NV 2

#define KK_BODY "gemm_types.inc"
#include "each_isa.h"
