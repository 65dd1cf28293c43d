/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "archive/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    Buf body CLEANUP(buf_fini) = {0};
    Error err = {0};
    Zip zip;
    limits.layer_bytes = 16 << 20;
    if (!zip_open(&zip, str_of(bytes, size), &limits, &arena, &err))
        return 0;
    for (size_t i = 0; i < zip.members.len; i++) {
        const ZipMember *member = &zip.members.at[i];
        buf_clear(&body);
        if (zip_member_read(&zip, member, 1 << 20, &body, &err))
            assert(body.len == member->size);
    }
    zip_close(&zip);
    return 0;
}
