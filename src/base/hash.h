/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha2.h"
#include "base/stream.h"

/* Message digests. SHA-256 is our own where the processor has instructions for it; all else is
 * libcrypto's, or our own plain C where that has not been opened. */
typedef enum HashKind {
    HASH_SHA256,
    HASH_SHA512,
    HASH_SHA1,
    HASH_MD5,
} HashKind;

typedef struct Digest {
    HashKind kind;
    uint8_t len;
    uint8_t bytes[64];
} Digest;

/* In place, without heap; copy it to fork a computation. */
typedef struct Hash {
    HashKind kind;
    bool own;
    union {
        Sha2 sha2;                             /* own */
        _Alignas(16) unsigned char state[256]; /* libcrypto's */
    };
} Hash;

/* Opens libcrypto if SHA-256 needs it for its speed: before the sandbox closes. */
MUST_USE bool hash_prepare(Error *err);
/* Opens libcrypto for SHA-1 and MD5 alone. */
MUST_USE bool hash_init(Hash *hash, HashKind kind, Error *err);
void hash_update(Hash *hash, const void *bytes, size_t len);
/* The same as an update of each, and faster where both can take turns on the processor. */
void hash_update_two(Hash *a, Str to_a, Hash *b, Str to_b);
Digest hash_final(Hash *hash); /* the hash must be initialised again before it is used again */
MUST_USE bool hash_bytes(HashKind kind, Str bytes, Digest *out, Error *err);

bool digest_eq(const Digest *a, const Digest *b);
Str digest_hex(Arena *arena, const Digest *digest);
Str digest_str(Arena *arena, const Digest *digest); /* "sha256:<64 hex digits>" */
/* "sha256:..." or "sha512:..." in lower case, as OCI names content; nothing else. */
bool digest_parse(Str text, Digest *out);

/* Hashes and counts what is read through it; owns neither the stream nor the hash. */
typedef struct HashStream {
    Stream stream;
    Stream *inner;
    Hash *hash;
    uint64_t bytes;
} HashStream;
void hash_stream_init(HashStream *s, Stream *inner, Hash *hash);

/* Ed25519 (RFC 8032), keys as PEM (SubjectPublicKeyInfo, PKCS #8 without a passphrase), signatures
 * of 64 bytes. A wrong signature is not an error: *good is false. */
MUST_USE bool signature_verify(Str public_pem, Str message, Str signature, bool *good, Error *err);
MUST_USE bool signature_make(Str private_pem, Str message, Arena *arena, Str *out, Error *err);
