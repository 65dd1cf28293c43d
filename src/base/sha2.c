/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha2.h"

#include <string.h>

_Alignas(16) const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint64_t sha512_constants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

static uint32_t rotate32(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

static uint64_t rotate64(uint64_t x, unsigned by)
{
    return x >> by | x << (64 - by);
}

static uint32_t word32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The words of a round stay where they are, and their names move on by one: s[(-i) % 8] is `a`. */
static void sha256_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64], s[8];
    for (size_t i = 0; i < 16; i++)
        w[i] = word32(block + 4 * i);
    for (size_t i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate32(a, 7) ^ rotate32(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate32(b, 17) ^ rotate32(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
#pragma GCC unroll 8
    for (size_t i = 0; i < 64; i++) {
        uint32_t a = s[-i % 8], b = s[(1 - i) % 8], c = s[(2 - i) % 8], e = s[(4 - i) % 8],
                 f = s[(5 - i) % 8], g = s[(6 - i) % 8], *d = &s[(3 - i) % 8], *h = &s[(7 - i) % 8];
        *h += (rotate32(e, 6) ^ rotate32(e, 11) ^ rotate32(e, 25)) + ((e & f) ^ (~e & g)) +
              sha256_constants[i] + w[i];
        *d += *h;
        *h += (rotate32(a, 2) ^ rotate32(a, 13) ^ rotate32(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (size_t i = 0; i < 8; i++)
        state[i] += s[i];
}

static void sha512_block(uint64_t state[8], const uint8_t *block)
{
    uint64_t w[80], s[8];
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint64_t)word32(block + 8 * i) << 32 | word32(block + 8 * i + 4);
    for (size_t i = 16; i < 80; i++) {
        uint64_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate64(a, 1) ^ rotate64(a, 8) ^ a >> 7) + w[i - 7] +
               (rotate64(b, 19) ^ rotate64(b, 61) ^ b >> 6);
    }
    memcpy(s, state, sizeof s);
#pragma GCC unroll 8
    for (size_t i = 0; i < 80; i++) {
        uint64_t a = s[-i % 8], b = s[(1 - i) % 8], c = s[(2 - i) % 8], e = s[(4 - i) % 8],
                 f = s[(5 - i) % 8], g = s[(6 - i) % 8], *d = &s[(3 - i) % 8], *h = &s[(7 - i) % 8];
        *h += (rotate64(e, 14) ^ rotate64(e, 18) ^ rotate64(e, 41)) + ((e & f) ^ (~e & g)) +
              sha512_constants[i] + w[i];
        *d += *h;
        *h += (rotate64(a, 28) ^ rotate64(a, 34) ^ rotate64(a, 39)) + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (size_t i = 0; i < 8; i++)
        state[i] += s[i];
}

static void sha256_blocks(Sha2State *state, const uint8_t *bytes, size_t count)
{
    for (; count; count--, bytes += 64)
        sha256_block(state->words32, bytes);
}

static void sha512_blocks(Sha2State *state, const uint8_t *bytes, size_t count)
{
    for (; count; count--, bytes += 128)
        sha512_block(state->words64, bytes);
}

const Sha2Way sha256_plain = {
    .start.words32 = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                      0x1f83d9ab, 0x5be0cd19},
    .block = 64,
    .len = 32,
    .blocks = sha256_blocks,
};

const Sha2Way sha512_plain = {
    .start.words64 = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                      0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                      0x1f83d9abfb41bd6b, 0x5be0cd19137e2179},
    .block = 128,
    .len = 64,
    .blocks = sha512_blocks,
};

void sha2_init(Sha2 *hash, const Sha2Way *way)
{
    *hash = (Sha2){.way = way, .state = way->start};
}

/* Completes the block that was begun, as far as the bytes go; the rest of them. */
static Str part_fill(Sha2 *hash, Str bytes)
{
    size_t held = hash->bytes % hash->way->block, room = hash->way->block - held;
    size_t step = bytes.len < room ? bytes.len : room;
    if (held == 0 || step == 0)
        return bytes;
    memcpy(hash->part + held, bytes.ptr, step);
    hash->bytes += step;
    if (step == room)
        hash->way->blocks(&hash->state, hash->part, 1);
    return str_from_pos(bytes, step);
}

static Str blocks_done(Sha2 *hash, Str bytes, size_t count)
{
    hash->bytes += count * hash->way->block;
    return str_from_pos(bytes, count * hash->way->block);
}

void sha2_add(Sha2 *hash, Str bytes)
{
    bytes = part_fill(hash, bytes);
    size_t count = bytes.len / hash->way->block;
    if (count)
        hash->way->blocks(&hash->state, (const uint8_t *)bytes.ptr, count);
    bytes = blocks_done(hash, bytes, count);
    if (bytes.len)
        memcpy(hash->part, bytes.ptr, bytes.len);
    hash->bytes += bytes.len;
}

void sha2_add_two(Sha2 *a, Str to_a, Sha2 *b, Str to_b)
{
    if (a->way == b->way && a->way->two) {
        to_a = part_fill(a, to_a);
        to_b = part_fill(b, to_b);
        size_t count = (to_a.len < to_b.len ? to_a.len : to_b.len) / a->way->block;
        if (count)
            a->way->two(&a->state, (const uint8_t *)to_a.ptr, &b->state, (const uint8_t *)to_b.ptr,
                        count);
        to_a = blocks_done(a, to_a, count);
        to_b = blocks_done(b, to_b, count);
    }
    sha2_add(a, to_a);
    sha2_add(b, to_b);
}

void sha2_final(Sha2 *hash, uint8_t *out)
{
    uint64_t bits = hash->bytes * 8;
    size_t block = hash->way->block, held = hash->bytes % block;
    size_t body = block - block / 8; /* an eighth of the last block is for the length */
    char tail[2 * SHA2_BLOCK] = {(char)0x80};
    size_t len = (held < body ? block : 2 * block) - held;
    for (size_t i = 0; i < 8; i++)
        tail[len - 1 - i] = (char)(bits >> 8 * i);
    sha2_add(hash, str_of(tail, len));
    for (size_t i = 0; i < hash->way->len; i++)
        out[i] = (uint8_t)(block == 64 ? hash->state.words32[i / 4] >> (24 - 8 * (i % 4))
                                       : hash->state.words64[i / 8] >> (56 - 8 * (i % 8)));
}
