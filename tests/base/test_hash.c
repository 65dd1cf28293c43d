/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "base/library.h"
#include "test.h"

TEST(library_absent_is_named)
{
    static const LibrarySymbol none[] = {{"nothing", NULL}};
    static Library library = LIBRARY("libnosuch.so.9", "libnosuch9", none);
    Error err = {0};
    CHECK(!library_open(&library, &err));
    CHECK_INT(err.code, ERR_UNSUPPORTED);
    CHECK_STR(error_message(&err),
              STR("libnosuch.so.9 is not installed (Debian package libnosuch9)"));
}

TEST(library_that_is_none_is_named)
{
    static const LibrarySymbol none[] = {{"nothing", NULL}};
    static Library library = LIBRARY("/etc/passwd", "base-passwd", none);
    Error err = {0};
    CHECK(!library_open(&library, &err));
    CHECK(str_starts(error_message(&err), STR("cannot load /etc/passwd: ")));
}

TEST(library_without_a_symbol_is_refused)
{
    static void (*into)(void);
    static const LibrarySymbol none[] = {{"no_such_function", &into}};
    static Library library = LIBRARY("libc.so.6", "libc6", none);
    Error err = {0};
    CHECK(!library_open(&library, &err) && !library_open(&library, &err));
}

/* FIPS 180-2 and RFC 1321 */
static const struct {
    HashKind kind;
    const char *text, *hex;
} known[] = {
    {HASH_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {HASH_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {HASH_SHA512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd"
     "454d4423643ce80e2a9ac94fa54ca49f"},
};

TEST(hash_known_answers)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        Digest digest;
        REQUIRE_OK(hash_bytes(known[i].kind, str_from(known[i].text), &digest, &err));
        CHECK_STR(digest_hex(&arena, &digest), str_from(known[i].hex));
    }
}

/* Before and after libcrypto is open (MD5 opens it), from plain C, libcrypto and the processor. */
TEST(hash_is_the_same_by_whatever_computes_it)
{
    Error err = {0};
    Digest early[2][400], late, ignored;
    char text[400] = {0};
    for (HashKind kind = HASH_SHA256; kind <= HASH_SHA512; kind++)
        for (size_t len = 0; len < sizeof text; len++) {
            text[len] = (char)(len * 7);
            REQUIRE_OK(hash_bytes(kind, str_of(text, len), &early[kind][len], &err));
        }
    REQUIRE_OK(hash_bytes(HASH_MD5, STR(""), &ignored, &err));
    for (HashKind kind = HASH_SHA256; kind <= HASH_SHA512; kind++)
        for (size_t len = 0; len < sizeof text; len++) {
            REQUIRE_OK(hash_bytes(kind, str_of(text, len), &late, &err));
            CHECK(digest_eq(&early[kind][len], &late));
        }
}

TEST(hash_state_fits)
{
    /* the bytes behind the state stay as they were */
    struct {
        Hash hash;
        unsigned char after[64];
    } guard = {0};
    Error err = {0};
    for (HashKind kind = HASH_SHA256; kind <= HASH_MD5; kind++) {
        REQUIRE_OK(hash_init(&guard.hash, kind, &err));
        for (int i = 0; i < 1000; i++)
            hash_update(&guard.hash, "0123456789", 10);
        (void)hash_final(&guard.hash);
        for (size_t i = 0; i < sizeof guard.after; i++)
            CHECK(guard.after[i] == 0);
        CHECK(guard.hash.own || guard.hash.state[sizeof guard.hash.state - 1] == 0);
    }
}

TEST(digest_parse_refuses)
{
    static const char *bad[] = {
        "",
        "sha256:",
        "sha256:ab",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
        "sha256:../../../../etc/passwd/../../../../../../../../../../../../../../../"};
    Digest digest;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK(!digest_parse(str_from(bad[i]), &digest));
}

TEST(digest_round_trip)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Digest digest, again;
    REQUIRE_OK(hash_bytes(HASH_SHA256, STR("x"), &digest, &err));
    CHECK(digest_parse(digest_str(&arena, &digest), &again) && digest_eq(&digest, &again));
    again.bytes[31] ^= 1;
    CHECK(!digest_eq(&digest, &again));
}

TEST(hash_stream_sees_what_is_skipped)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    MemoryStream memory;
    HashStream tee;
    Hash hash;
    char c;
    size_t got;
    memory_stream_init(&memory, STR("abc"));
    REQUIRE_OK(hash_init(&hash, HASH_SHA256, &err));
    hash_stream_init(&tee, &memory.stream, &hash);
    REQUIRE_OK(stream_skip(&tee.stream, 1, &err));
    REQUIRE_OK(stream_read(&tee.stream, &c, 1, &got, &err));
    CHECK_INT(c, 'b');
    REQUIRE_OK(stream_drain(&tee.stream, &err));
    CHECK_INT(tee.bytes, 3);
    Digest digest = hash_final(&hash);
    CHECK_STR(digest_hex(&arena, &digest), str_from(known[1].hex));
}

/* RFC 8032, 7.1, test 2 */
static const char private_pem[] =
    "-----BEGIN "
    "PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";
static const char public_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                                 "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
                                 "-----END PUBLIC KEY-----\n";
static const char signature[] =
    "\x92\xa0\x09\xa9\xf0\xd4\xca\xb8\x72\x0e\x82\x0b\x5f\x64\x25\x40\xa2\xb2\x7b\x54\x16\x50\x3f"
    "\x8f\xb3\x76\x22\x23\xeb\xdb\x69\xda\x08\x5a\xc1\xe4\x3e\x15\x99\x6e\x45\x8f\x36\x13\xd0\xf1"
    "\x1d\x8c\x38\x7b\x2e\xae\xb4\x30\x2a\xee\xb0\x0d\x29\x16\x12\xbb\x0c\x00";

TEST(signature_refuses)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    bool good = true;
    Str right = str_of(signature, 64), wrong = arena_str(&arena, right), made;
    REQUIRE_OK(signature_verify(str_from(public_pem), STR("s"), right, &good, &err));
    CHECK(!good);
    REQUIRE_OK(signature_verify(str_from(public_pem), STR("r"), str_head(right, 63), &good, &err));
    CHECK(!good);
    REQUIRE_OK(signature_verify(str_from(public_pem), STR("r"), (Str){0}, &good, &err));
    CHECK(!good);
    *(char *)(uintptr_t)wrong.ptr ^= 1;
    REQUIRE_OK(signature_verify(str_from(public_pem), STR("r"), wrong, &good, &err));
    CHECK(!good);
    CHECK(!signature_verify(STR("no key"), STR("r"), right, &good, &err));
    CHECK(!signature_verify((Str){0}, STR("r"), right, &good, &err));
    CHECK(!signature_verify(str_from(private_pem), STR("r"), right, &good, &err));
    CHECK(!signature_make(str_from(public_pem), STR("r"), &arena, &made, &err));
}

TEST(signature_known_answer)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    bool good = false;
    Str made;
    REQUIRE_OK(signature_make(str_from(private_pem), STR("r"), &arena, &made, &err));
    CHECK(str_eq(made, str_of(signature, 64)));
    REQUIRE_OK(signature_verify(str_from(public_pem), STR("r"), made, &good, &err));
    CHECK(good);
}
