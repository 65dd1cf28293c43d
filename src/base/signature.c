/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "base/hash.h"
#include "base/library.h"

/* Ed25519 through libcrypto's EVP, for the database's optional signature. */
enum { ED25519 = 1087 /* EVP_PKEY_ED25519 */, SIGNATURE_LEN = 64 };

static struct {
    void *(*bio_of)(const void *bytes, int len);
    int (*bio_free)(void *bio);
    void *(*read_public)(void *bio, void **out, void *callback, void *passphrase);
    void *(*read_private)(void *bio, void **out, void *callback, void *passphrase);
    int (*key_kind)(const void *key);
    void (*key_free)(void *key);
    void *(*context_new)(void);
    void (*context_free)(void *context);
    int (*verify_init)(void *context, void **key_context, const void *md, void *engine, void *key);
    int (*verify)(void *context, const unsigned char *signature, size_t signature_len,
                  const unsigned char *message, size_t len);
    int (*sign_init)(void *context, void **key_context, const void *md, void *engine, void *key);
    int (*sign)(void *context, unsigned char *signature, size_t *signature_len,
                const unsigned char *message, size_t len);
    void (*clear_errors)(void);
} evp;

static const LibrarySymbol symbols[] = {
    {"BIO_new_mem_buf", &evp.bio_of},           {"BIO_free", &evp.bio_free},
    {"PEM_read_bio_PUBKEY", &evp.read_public},  {"PEM_read_bio_PrivateKey", &evp.read_private},
    {"EVP_PKEY_get_base_id", &evp.key_kind},    {"EVP_PKEY_free", &evp.key_free},
    {"EVP_MD_CTX_new", &evp.context_new},       {"EVP_MD_CTX_free", &evp.context_free},
    {"EVP_DigestVerifyInit", &evp.verify_init}, {"EVP_DigestVerify", &evp.verify},
    {"EVP_DigestSignInit", &evp.sign_init},     {"EVP_DigestSign", &evp.sign},
    {"ERR_clear_error", &evp.clear_errors},
};
static Library library = LIBRARY("libcrypto.so.3", "libssl3", symbols);

static void key_free(void **key)
{
    evp.key_free(*key);
    evp.clear_errors();
}

static void context_free(void **context)
{
    evp.context_free(*context);
}

static bool key_read(Str pem, bool private, void **out, Error *err)
{
    if (pem.len == 0 || pem.len > INT_MAX)
        return error_set(err, ERR_USAGE, "the key is empty or too long");
    void *bio = evp.bio_of(pem.ptr, (int)pem.len);
    char none[] = ""; /* without one libcrypto would ask the terminal for a passphrase */
    *out =
        private ? evp.read_private(bio, NULL, NULL, none) : evp.read_public(bio, NULL, NULL, none);
    evp.bio_free(bio);
    if (*out && evp.key_kind(*out) == ED25519)
        return true;
    return error_set(err, ERR_USAGE, "not an Ed25519 %s key in PEM",
                     private ? "private" : "public");
}

bool signature_verify(Str public_pem, Str message, Str signature, bool *good, Error *err)
{
    if (!library_open(&library, err))
        return false;
    void *key CLEANUP(key_free) = NULL;
    if (!key_read(public_pem, false, &key, err))
        return false;
    void *context CLEANUP(context_free) = evp.context_new();
    if (!context || evp.verify_init(context, NULL, NULL, NULL, key) != 1)
        return error_set(err, ERR_INTERNAL, "libcrypto cannot verify Ed25519");
    *good = signature.len == SIGNATURE_LEN &&
            evp.verify(context, (const unsigned char *)signature.ptr, signature.len,
                       (const unsigned char *)message.ptr, message.len) == 1;
    return true;
}

bool signature_make(Str private_pem, Str message, Arena *arena, Str *out, Error *err)
{
    if (!library_open(&library, err))
        return false;
    void *key CLEANUP(key_free) = NULL;
    if (!key_read(private_pem, true, &key, err))
        return false;
    void *context CLEANUP(context_free) = evp.context_new();
    unsigned char *signature = arena_alloc(arena, SIGNATURE_LEN);
    size_t len = SIGNATURE_LEN;
    if (!context || evp.sign_init(context, NULL, NULL, NULL, key) != 1 ||
        evp.sign(context, signature, &len, (const unsigned char *)message.ptr, message.len) != 1)
        return error_set(err, ERR_INTERNAL, "libcrypto cannot sign with Ed25519");
    *out = str_of(signature, len);
    return true;
}
