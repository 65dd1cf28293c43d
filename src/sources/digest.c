/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/digest.h"

#include "base/hash.h"

Str digest_of(Arena *arena, Str bytes)
{
    Digest digest;
    return hash_bytes(HASH_SHA256, bytes, &digest, NULL) ? digest_str(arena, &digest) : (Str){0};
}

bool digest_check(Arena *arena, Str what, Str claimed, Str bytes, Error *err)
{
    Digest want, have;
    if (!digest_parse(claimed, &want))
        return error_set(err, ERR_FORMAT, STR_FMT ": \"" STR_FMT "\" is no sha256 or sha512 digest",
                         STR_ARG(what), STR_ARG(str_head(claimed, 150)));
    if (!hash_bytes(want.kind, bytes, &have, err))
        return false;
    if (digest_eq(&want, &have))
        return true;
    return error_set(err, ERR_DIGEST, STR_FMT " " STR_FMT ": its content has the digest " STR_FMT,
                     STR_ARG(what), STR_ARG(claimed), STR_ARG(digest_str(arena, &have)));
}
