// Which sanitizer watches this build: Swift has no condition that says so.
#include "ckernels.h"

Sanitizer kk_sanitizer(void) {
#if __has_feature(address_sanitizer)
  return SanitizerAddress;
#elif __has_feature(thread_sanitizer)
  return SanitizerThread;
#else
  return SanitizerNone;
#endif
}
