/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "archive/zip.h"
#include "fuzz.h"

/* A member is exactly as long as its directory says, or an error. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Buf body;
    Arena *arena = fuzz_arena(512 << 10);
    Limits limits = LIMITS_DEFAULT;
    Error err = {0};
    Zip zip;
    limits.layer_bytes = 256 << 10;
    limits.entries = 100;
    if (!zip_open(&zip, zip_mend(arena, str_of(data, size)), &limits, arena, &err))
        return 0;
    for (size_t i = 0; i < zip.members.len; i++) {
        const ZipMember *member = &zip.members.at[i];
        buf_clear(&body);
        if (zip_member_read(&zip, member, 64 << 10, &body, &err))
            assert(body.len == member->size);
    }
    zip_close(&zip);
    return 0;
}
