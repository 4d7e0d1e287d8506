// The vector functions of libmvec, once per instruction set. Without libmvec, everything here is
// absent, and the plain loops and composed operations are used.
#include "isa.h"
#include <math.h>
#include <string.h>

#if KK_MATHVEC
#define KK_BODY "mathvec.inc"
#include "each_isa.h"
#endif
