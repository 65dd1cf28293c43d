/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "archive/codec.h"
#include "archive/tar.h"

/* A compressed or plain tar: every body read or peeked at; what is given never exceeds its claim.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void entries_read(Stream *stream, const Limits *limits, Arena *arena)
{
    TarReader reader;
    TarEntry entry;
    Error err = {0};
    bool end = false;
    tar_init(&reader, stream, limits, arena);
    while (tar_next(&reader, &entry, &end, &err) && !end) {
        Buf body CLEANUP(buf_fini) = {0};
        Str head;
        assert(entry.path.len <= limits->path_bytes + 256);
        if (!tar_peek(&reader, 512, &head, &err))
            return;
        if (entry.size % 3 && !stream_read_all(tar_body(&reader), 1 << 20, &body, &err))
            return;
        assert(body.len <= entry.size);
        assert(entry.size % 3 == 0 || body.len == entry.size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    MemoryStream in;
    Stream *stream = NULL;
    Error err = {0};
    limits.layer_bytes = 16 << 20;
    memory_stream_init(&in, str_of(bytes, size));
    if (codec_open(&arena, &in.stream, &limits, &stream, NULL, &err))
        entries_read(stream, &limits, &arena);
    stream_close(stream);
    return 0;
}
