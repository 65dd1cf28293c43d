/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha2.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdatomic.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

/* https://www.intel.com/content/www/us/en/developer/articles/technical/intel-sha-extensions.html
 *
 * One SHA256RNDS2 does two rounds and waits for the result of the one before it, so that two
 * computations that take turns are 1.9 times as fast as one after the other. A lane is a
 * computation with all its registers; two lanes fit the sixteen that these instructions can name,
 * three do not and are no faster. */
#define EXTENSIONS __attribute__((target("sha,sse4.1,ssse3")))
#define STEP __attribute__((always_inline, target("sha,sse4.1,ssse3"))) static inline

enum { BLOCK = 64 };

typedef struct Lane {
    __m128i abef, cdgh;
    __m128i w[4]; /* the sixteen words of the schedule that are alive */
} Lane;

/* The instructions want a, b, e, f in one register and c, d, g, h in the other. */
STEP void state_load(Lane *lane, const uint32_t state[8])
{
    __m128i abcd = _mm_loadu_si128((const __m128i_u *)state);
    __m128i efgh = _mm_loadu_si128((const __m128i_u *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(abcd, 0xb1), hgfe = _mm_shuffle_epi32(efgh, 0x1b);
    lane->abef = _mm_alignr_epi8(cdab, hgfe, 8);
    lane->cdgh = _mm_blend_epi16(hgfe, cdab, 0xf0);
}

STEP void state_store(const Lane *lane, uint32_t state[8])
{
    __m128i feba = _mm_shuffle_epi32(lane->abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(lane->cdgh, 0xb1);
    _mm_storeu_si128((__m128i_u *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i_u *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

STEP void block_load(Lane *lane, const uint8_t *block)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (int i = 0; i < 4; i++)
        lane->w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i_u *)(block + 16 * i)), swap);
}

/* Rounds 4i to 4i + 3, and the words of rounds 4i + 16 to 4i + 19. */
STEP void rounds(Lane *lane, int i)
{
    __m128i *w = lane->w, now = w[i % 4], last = w[(i + 3) % 4];
    __m128i sum = _mm_add_epi32(
        now, _mm_load_si128((const __m128i *)(const void *)(sha256_constants + 4 * i)));
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
    lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if (i >= 12)
        return;
    __m128i next = _mm_sha256msg1_epu32(now, w[(i + 1) % 4]);
    next = _mm_add_epi32(next, _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
    w[i % 4] = _mm_sha256msg2_epu32(next, last);
}

STEP void lane_add(Lane *lane, const Lane *before)
{
    lane->abef = _mm_add_epi32(lane->abef, before->abef);
    lane->cdgh = _mm_add_epi32(lane->cdgh, before->cdgh);
}

/* CPUID leaves a virtual machine for microseconds: glibc's answers are taken where it gives them. */
#ifdef CPU_FEATURE_ACTIVE
static bool has_sha(void)
{
    return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1);
}

static bool has_avx(void)
{
    return CPU_FEATURE_ACTIVE(AVX);
}
#else
static bool has_sha(void)
{
    enum { SSSE3 = 1 << 9, SSE41 = 1 << 19, SHA = 1 << 29, OLD = SSSE3 | SSE41 };
    static atomic_int known; /* 1 no, 2 yes */
    unsigned a, b, c, d;
    if (!known)
        known = __get_cpuid(1, &a, &b, &c, &d) && (c & OLD) == OLD &&
                        __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & SHA)
                    ? 2
                    : 1;
    return known == 2;
}

static bool has_avx(void)
{
    return __builtin_cpu_supports("avx");
}
#endif

/* Whoever used AVX and left the upper halves of the registers as they were (ISA-L's checksums do)
 * makes every instruction here wait for them: two computations in turns fell from 3.3 to 1.3 GB/s. */
__attribute__((target("avx"))) static void upper_halves_clear(void)
{
    _mm256_zeroupper();
}

EXTENSIONS static void one(Sha2State *state, const uint8_t *bytes, size_t count)
{
    Lane lane;
    if (has_avx())
        upper_halves_clear();
    state_load(&lane, state->words32);
    for (; count; count--, bytes += BLOCK) {
        const Lane before = lane;
        block_load(&lane, bytes);
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++)
            rounds(&lane, i);
        lane_add(&lane, &before);
    }
    state_store(&lane, state->words32);
}

EXTENSIONS static void two(Sha2State *a, const uint8_t *a_bytes, Sha2State *b,
                           const uint8_t *b_bytes, size_t count)
{
    Lane first, second;
    if (has_avx())
        upper_halves_clear();
    state_load(&first, a->words32);
    state_load(&second, b->words32);
    for (; count; count--, a_bytes += BLOCK, b_bytes += BLOCK) {
        const Lane first_before = first, second_before = second;
        block_load(&first, a_bytes);
        block_load(&second, b_bytes);
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            rounds(&first, i);
            rounds(&second, i);
        }
        lane_add(&first, &first_before);
        lane_add(&second, &second_before);
    }
    state_store(&first, a->words32);
    state_store(&second, b->words32);
}

/* sha256_plain, but for the functions. */
static Sha2Way way;

static void way_make(void)
{
    way = sha256_plain;
    way.blocks = one;
    way.two = two;
}

const Sha2Way *sha256_extensions(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!has_sha())
        return NULL;
    pthread_once(&once, way_make);
    return &way;
}

#else
const Sha2Way *sha256_extensions(void)
{
    return NULL;
}
#endif
