/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha2.h"

#include "base/hash.h"
#include "test.h"

enum { LENGTHS = 300 };

static char text[4096];

static void text_fill(void)
{
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)((i * 2654435761U) >> 11);
}

static void check_hex(const Sha2Way *way, Str bytes, const char *hex)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Digest digest = {.len = (uint8_t)way->len};
    Sha2 hash;
    sha2_init(&hash, way);
    sha2_add(&hash, bytes);
    sha2_final(&hash, digest.bytes);
    CHECK_STR(digest_hex(&arena, &digest), str_from(hex));
}

static const Sha2Way *const *ways(void)
{
    static const Sha2Way *all[4];
    all[0] = &sha256_plain;
    all[1] = &sha512_plain;
    all[2] = sha256_extensions(); /* or the end of the list */
    return all;
}

/* FIPS 180-4: one block, two blocks, a million times "a" */
TEST(sha2_known_answers)
{
    static const char abc[] = "abc",
                      two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                      four[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                               "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    Arena arena CLEANUP(arena_fini) = {0};
    char *million = arena_alloc(&arena, 1000000);
    for (size_t i = 0; i < 1000000; i++)
        million[i] = 'a';
    for (const Sha2Way *const *way = ways(); *way; way++) {
        bool small = (*way)->len == 32;
        check_hex(*way, (Str){0},
                  small ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                        : "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                          "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
        check_hex(*way, str_from(abc),
                  small ? "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                        : "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
        check_hex(*way, str_from(small ? two : four),
                  small ? "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
                        : "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
                          "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
        check_hex(*way, str_of(million, 1000000),
                  small ? "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
                        : "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
                          "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b");
    }
}

static void whole(const Sha2Way *way, Str bytes, uint8_t out[SHA2_LEN])
{
    Sha2 hash;
    sha2_init(&hash, way);
    sha2_add(&hash, bytes);
    sha2_final(&hash, out);
}

static Str bytes_of(const uint8_t *bytes, size_t len)
{
    return str_of((const char *)bytes, len);
}

TEST(sha2_extensions_agree_with_plain_c)
{
    uint8_t want[SHA2_LEN], got[SHA2_LEN];
    const Sha2Way *way = sha256_extensions();
    if (!way)
        test_skip("the processor has no SHA extensions");
    text_fill();
    for (size_t len = 0; len < LENGTHS; len++) {
        whole(&sha256_plain, str_of(text + len % 17, len), want);
        whole(way, str_of(text + len % 17, len), got);
        CHECK(str_eq(bytes_of(want, 32), bytes_of(got, 32)));
    }
}

TEST(sha2_in_pieces_is_sha2_of_the_whole)
{
    uint8_t want[SHA2_LEN], got[SHA2_LEN];
    uint32_t random = 1;
    text_fill();
    for (const Sha2Way *const *way = ways(); *way; way++)
        for (int round = 0; round < 500; round++) {
            size_t len = (size_t)round * 8 % sizeof text;
            Str rest = str_of(text, len);
            Sha2 hash;
            sha2_init(&hash, *way);
            while (rest.len) {
                random = random * 1664525 + 1013904223;
                size_t step = (random >> 16) % 400 < rest.len ? (random >> 16) % 400 : rest.len;
                sha2_add(&hash, str_head(rest, step));
                rest = str_from_pos(rest, step);
            }
            sha2_final(&hash, got);
            whole(*way, str_of(text, len), want);
            CHECK(str_eq(bytes_of(want, (*way)->len), bytes_of(got, (*way)->len)));
        }
}

/* Every pair of lengths in turns, with what was begun before them. */
TEST(sha2_of_two_in_turns)
{
    uint8_t want[SHA2_LEN], got[SHA2_LEN];
    text_fill();
    for (const Sha2Way *const *way = ways(); *way; way++)
        for (size_t i = 0; i < LENGTHS; i++)
            for (size_t k = i % 7; k < LENGTHS; k += 7) {
                Sha2 a, b;
                size_t begun = (i + k) % 130;
                sha2_init(&a, *way);
                sha2_init(&b, *way);
                sha2_add(&a, str_of(text, begun));
                sha2_add_two(&a, str_of(text + begun, i), &b, str_of(text + 9, k));
                sha2_final(&a, got);
                whole(*way, str_of(text, begun + i), want);
                CHECK(str_eq(bytes_of(want, (*way)->len), bytes_of(got, (*way)->len)));
                sha2_final(&b, got);
                whole(*way, str_of(text + 9, k), want);
                CHECK(str_eq(bytes_of(want, (*way)->len), bytes_of(got, (*way)->len)));
            }
}

TEST(sha2_of_two_ways_at_once)
{
    uint8_t want[SHA2_LEN], got[SHA2_LEN];
    Sha2 a, b;
    text_fill();
    sha2_init(&a, &sha256_plain);
    sha2_init(&b, &sha512_plain);
    sha2_add_two(&a, str_of(text, 1000), &b, str_of(text, 3000));
    sha2_final(&a, got);
    whole(&sha256_plain, str_of(text, 1000), want);
    CHECK(str_eq(bytes_of(want, 32), bytes_of(got, 32)));
    sha2_final(&b, got);
    whole(&sha512_plain, str_of(text, 3000), want);
    CHECK(str_eq(bytes_of(want, 64), bytes_of(got, 64)));
}
