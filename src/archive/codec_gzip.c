/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/decoder.h"

static bool gzip_matches(Str head)
{
    return str_starts(head, STR("\x1f\x8b"));
}

const Codec codec_gzip = {
    .name = "gzip",
    .summary = "DEFLATE with a checksum, as most layers are",
    .spec = "https://www.rfc-editor.org/rfc/rfc1952",
    .matches = gzip_matches,
    .slow = true,
    .driver = &inflate_gzip,
};
