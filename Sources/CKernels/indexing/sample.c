// Weighted sums of elements, once per instruction set.
#include "isa.h"

#pragma STDC FP_CONTRACT OFF
#define KK_BODY "sample.inc"
#include "each_isa.h"
