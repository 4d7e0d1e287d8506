// Convolutions by minimal filtering, once per instruction set.
#include "isa.h"
#include <string.h>

#define KK_BODY "winograd.inc"
#include "each_isa.h"
