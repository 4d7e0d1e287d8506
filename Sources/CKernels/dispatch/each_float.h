// Includes the file KK_TYPED_BODY once for each floating type, with
//   T         the type,
//   TN        its name, which FN(…) appends to names,
//   KK_DOUBLE whether it is double.
#define T float
#define TN f32
#define KK_DOUBLE 0
#include KK_TYPED_BODY
#undef T
#undef TN
#undef KK_DOUBLE

#define T double
#define TN f64
#define KK_DOUBLE 1
#include KK_TYPED_BODY
#undef T
#undef TN
#undef KK_DOUBLE
#undef KK_TYPED_BODY
