// Where the stack of a thread ends, which Swift's imports do not offer.
#define _GNU_SOURCE
#include "ckernels.h"

#if defined(__linux__)
#include <pthread.h>

void *kk_stack_end(void) {
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
void *kk_stack_end(void) { return 0; }
#endif
