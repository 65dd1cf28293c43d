/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* SHA-256 and SHA-512 (FIPS 180-4). A row is one way of computing one of them; those in plain C are
 * for what is short and for processors that have no instructions of their own for it. */
typedef union Sha2State {
    uint32_t words32[8];
    uint64_t words64[8];
} Sha2State;

enum { SHA2_BLOCK = 128 /* at most */, SHA2_LEN = 64 };

typedef struct Sha2Way {
    Sha2State start;
    size_t block, len;
    void (*blocks)(Sha2State *state, const uint8_t *bytes, size_t count);
    /* Two computations that take turns; NULL: no faster than one after the other. */
    void (*two)(Sha2State *a, const uint8_t *a_bytes, Sha2State *b, const uint8_t *b_bytes,
                size_t count);
} Sha2Way;

extern const Sha2Way sha256_plain, sha512_plain;
/* By the processor's SHA extensions; NULL where there are none. */
const Sha2Way *sha256_extensions(void);

/* Copy it to fork a computation. */
typedef struct Sha2 {
    const Sha2Way *way;
    Sha2State state;
    uint64_t bytes;           /* added so far */
    uint8_t part[SHA2_BLOCK]; /* the last block, as long as it is incomplete */
} Sha2;

void sha2_init(Sha2 *hash, const Sha2Way *way);
void sha2_add(Sha2 *hash, Str bytes);
void sha2_add_two(Sha2 *a, Str to_a, Sha2 *b, Str to_b);
void sha2_final(Sha2 *hash, uint8_t *out); /* way->len bytes */

extern const uint32_t sha256_constants[64]; /* aligned for vectors */
