// CRC-32 by carry-less multiplication: V. Gopal et al., "Fast CRC Computation for Generic
// Polynomials Using PCLMULQDQ Instruction", Intel 2009. A run of bytes is folded into 16 with the
// same remainder.
#include "ckernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KK_PCLMUL __attribute__((target("pclmul,sse4.1")))

// The message x, shifted by the distance that k encodes, plus the message at that position.
KK_PCLMUL static inline __m128i fold(__m128i x, __m128i k, __m128i there) {
  __m128i low = _mm_clmulepi64_si128(x, k, 0x00), high = _mm_clmulepi64_si128(x, k, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

KK_PCLMUL static int64_t fold_all(uint32_t crc, const uint8_t *bytes, int64_t n, uint8_t *out) {
  // x^(512±32) and x^(128±32) modulo the polynomial, bits reversed.
  const __m128i far = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i near = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const __m128i *p = (const __m128i *)bytes;
  __m128i x[4];
  for (int i = 0; i < 4; i++) x[i] = _mm_loadu_si128(p++);
  x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)~crc));
  int64_t left = n - 64;
  for (; left >= 64; left -= 64)
    for (int i = 0; i < 4; i++) x[i] = fold(x[i], far, _mm_loadu_si128(p++));
  __m128i sum = x[0];
  for (int i = 1; i < 4; i++) sum = fold(sum, near, x[i]);
  _mm_storeu_si128((__m128i *)out, sum);
  return n - left;
}
#endif

int64_t kk_crc32_fold(uint32_t crc, const uint8_t *bytes, int64_t n, uint8_t *out) {
#if defined(__x86_64__)
  if (n >= 64 && kk_instruction_set() != InstructionSetGeneric && __builtin_cpu_supports("pclmul"))
    return fold_all(crc, bytes, n, out);
#endif
  return 0;
}
