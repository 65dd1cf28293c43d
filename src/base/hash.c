/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

#include "base/library.h"

/* libcrypto's low-level functions: the same code as behind EVP, but EVP's first fetch reads the
 * configuration and costs 1 ms, more than many a scan. They are part of libcrypto.so.3's ABI, and
 * so are the sizes of their states. */
typedef int HashInit(void *state);
typedef int HashUpdate(void *state, const void *bytes, size_t len);
typedef int HashFinal(unsigned char *out, void *state);

static struct {
    HashInit *init[4];
    HashUpdate *update[4];
    HashFinal *final[4];
} crypto;

static const LibrarySymbol hash_symbols[] = {
    {"SHA256_Init", &crypto.init[HASH_SHA256]},     {"SHA256_Update", &crypto.update[HASH_SHA256]},
    {"SHA256_Final", &crypto.final[HASH_SHA256]},   {"SHA512_Init", &crypto.init[HASH_SHA512]},
    {"SHA512_Update", &crypto.update[HASH_SHA512]}, {"SHA512_Final", &crypto.final[HASH_SHA512]},
    {"SHA1_Init", &crypto.init[HASH_SHA1]},         {"SHA1_Update", &crypto.update[HASH_SHA1]},
    {"SHA1_Final", &crypto.final[HASH_SHA1]},       {"MD5_Init", &crypto.init[HASH_MD5]},
    {"MD5_Update", &crypto.update[HASH_MD5]},       {"MD5_Final", &crypto.final[HASH_MD5]},
};
static Library hash_library = LIBRARY("libcrypto.so.3", "libssl3", hash_symbols);

static const struct {
    Str prefix;
    uint8_t len;
} kinds[] = {
    [HASH_SHA256] = {STR_INIT("sha256:"), 32},
    [HASH_SHA512] = {STR_INIT("sha512:"), 64},
    [HASH_SHA1] = {STR_INIT("sha1:"), 20},
    [HASH_MD5] = {STR_INIT("md5:"), 16},
};

/* Opening libcrypto takes 1.1 ms, in which plain C hashes some 200 KB. */
enum { SHORT = 65536 };

bool hash_prepare(Error *err)
{
    return sha256_extensions() || library_open(&hash_library, err);
}

/* What computes this kind without libcrypto, or, where that is open, no slower than it. */
static const Sha2Way *own_way(HashKind kind)
{
    const Sha2Way *way = kind == HASH_SHA256 ? sha256_extensions() : NULL;
    if (way || hash_library.ready || kind > HASH_SHA512)
        return way;
    return kind == HASH_SHA256 ? &sha256_plain : &sha512_plain;
}

bool hash_init(Hash *hash, HashKind kind, Error *err)
{
    const Sha2Way *way = own_way(kind);
    hash->kind = kind;
    hash->own = way != NULL;
    if (way)
        sha2_init(&hash->sha2, way);
    else if (library_open(&hash_library, err))
        crypto.init[kind](hash->state);
    else
        return false;
    return true;
}

void hash_update(Hash *hash, const void *bytes, size_t len)
{
    if (hash->own)
        sha2_add(&hash->sha2, str_of(bytes, len));
    else
        crypto.update[hash->kind](hash->state, bytes, len);
}

void hash_update_two(Hash *a, Str to_a, Hash *b, Str to_b)
{
    if (a->own && b->own) {
        sha2_add_two(&a->sha2, to_a, &b->sha2, to_b);
        return;
    }
    hash_update(a, to_a.ptr, to_a.len);
    hash_update(b, to_b.ptr, to_b.len);
}

Digest hash_final(Hash *hash)
{
    Digest digest = {.kind = hash->kind, .len = kinds[hash->kind].len};
    if (hash->own)
        sha2_final(&hash->sha2, digest.bytes);
    else
        crypto.final[hash->kind](digest.bytes, hash->state);
    return digest;
}

bool hash_bytes(HashKind kind, Str bytes, Digest *out, Error *err)
{
    Hash hash;
    if ((bytes.len > SHORT && !hash_prepare(err)) || !hash_init(&hash, kind, err))
        return false;
    hash_update(&hash, bytes.ptr, bytes.len);
    *out = hash_final(&hash);
    return true;
}

bool digest_eq(const Digest *a, const Digest *b)
{
    return a->kind == b->kind && memcmp(a->bytes, b->bytes, a->len) == 0;
}

Str digest_hex(Arena *arena, const Digest *digest)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(arena, 2 * (size_t)digest->len);
    for (size_t i = 0; i < digest->len; i++) {
        out[2 * i] = digits[digest->bytes[i] >> 4];
        out[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    return (Str){out, 2 * (size_t)digest->len};
}

Str digest_str(Arena *arena, const Digest *digest)
{
    return arena_join(arena, kinds[digest->kind].prefix, digest_hex(arena, digest));
}

bool digest_parse(Str text, Digest *out)
{
    for (HashKind kind = HASH_SHA256; kind <= HASH_SHA512; kind++) {
        Str prefix = kinds[kind].prefix, hex = str_from_pos(text, prefix.len);
        if (!str_starts(text, prefix) || hex.len != 2 * (size_t)kinds[kind].len)
            continue;
        Digest digest = {.kind = kind, .len = kinds[kind].len};
        for (size_t i = 0; i < hex.len; i++) {
            char c = hex.ptr[i];
            int value = char_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (value < 0)
                return false;
            digest.bytes[i / 2] = (uint8_t)(digest.bytes[i / 2] << 4 | value);
        }
        *out = digest;
        return true;
    }
    return false;
}

static bool hash_stream_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    HashStream *s = (HashStream *)self;
    if (!stream_read(s->inner, into, cap, got, err))
        return false;
    hash_update(s->hash, into, *got);
    s->bytes += *got;
    return true;
}

void hash_stream_init(HashStream *s, Stream *inner, Hash *hash)
{
    *s = (HashStream){.stream = {.read = hash_stream_read}, .inner = inner, .hash = hash};
}
