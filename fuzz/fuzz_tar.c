/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "archive/tar.h"
#include "fuzz.h"

/* Every body read or peeked at; what is given never exceeds its claim. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Buf body;
    Arena *arena = fuzz_arena(600 << 10);
    Limits limits = LIMITS_DEFAULT;
    DripStream in;
    TarReader reader;
    TarEntry entry;
    Error err = {0};
    bool end = false;
    limits.path_bytes = 300;
    limits.entries = 1000;
    drip_stream_init(&in, tar_mend(arena, str_of(data, size)), size % 3 ? 64 << 10 : 700);
    tar_init(&reader, &in.stream, &limits, arena);
    while (tar_next(&reader, &entry, &end, &err) && !end) {
        Str head;
        buf_clear(&body);
        assert(entry.path.len <= limits.path_bytes + 256);
        if (!tar_peek(&reader, 512, &head, &err))
            return 0;
        assert(head.len <= 512);
        if (entry.size % 3 == 0)
            continue;
        if (size % 7 == 0 && !stream_skip(tar_body(&reader), entry.size / 2, &err))
            return 0;
        if (size % 7 == 0)
            continue;
        head = arena_str(arena, head);
        if (!stream_read_all(tar_body(&reader), 64 << 10, &body, &err))
            return 0;
        assert(body.len == entry.size);
        assert(str_starts(buf_str(&body), head));
    }
    return 0;
}
