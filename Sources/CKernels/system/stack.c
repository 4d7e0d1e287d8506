// The end of a thread's stack, which Swift's imports do not provide.
#define _GNU_SOURCE
#include "ckernels.h"

#if defined(__linux__)
#include <pthread.h>

// The lowest address, found once.
static void *stack_end(void) {
  if (kk_state()->stack_end) return kk_state()->stack_end;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes)) return NULL;
  void *end = NULL;
  size_t size = 0;
  if (pthread_attr_getstack(&attributes, &end, &size)) end = NULL;
  pthread_attr_destroy(&attributes);
  kk_state()->stack_end = end;
  return end;
}
#else
static void *stack_end(void) { return NULL; }
#endif

bool kk_stack_holds(size_t bytes) {
  // Guards around every local make the frames larger.
  const size_t growth = kk_sanitizer() == SanitizerAddress ? 8 : 1;
  // The frame itself: the address sanitizer keeps locals elsewhere.
  uintptr_t here = (uintptr_t)__builtin_frame_address(0), end = (uintptr_t)stack_end();
  return !end || (here > end && (here - end) / growth >= bytes);
}
