/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "archive/decoder.h"

/* For streams.py: "IN OUT PATH" on standard input; of each file, read IN bytes at a time and decoded
 * OUT bytes at a time: codec, bytes, their CRC-32 and the verdict. */
typedef struct Dripping {
    Stream stream;
    Str rest;
    size_t portion;
} Dripping;

static bool drip(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Dripping *d = (Dripping *)self;
    MemoryStream memory;
    memory_stream_init(&memory, d->rest);
    if (!stream_read(&memory.stream, into, cap < d->portion ? cap : d->portion, got, err))
        return false;
    d->rest = memory.rest;
    return true;
}

static bool decode(const char *path, size_t in, size_t out, Arena *arena, Error *err)
{
    static char buffer[1 << 20];
    Limits limits = LIMITS_DEFAULT;
    const Codec *codec = NULL;
    Stream *stream = NULL;
    Str bytes;
    uint64_t count = 0;
    uint32_t crc = 0;
    if (!file_read(str_from(path), limits.file_bytes, arena, &bytes, err))
        return false;
    Dripping dripping = {.stream = {.read = drip}, .rest = bytes, .portion = in};
    bool ok = codec_open(arena, &dripping.stream, &limits, &stream, &codec, err);
    for (size_t got = 1; ok && got; count += got) {
        got = 0;
        ok = stream_read(stream, buffer, out < sizeof buffer ? out : sizeof buffer, &got, err);
        crc = crc32_add(crc, buffer, got);
    }
    stream_close(stream);
    printf("%s\t%llu\t%08x\t", codec ? codec->name : "-", (unsigned long long)count, crc);
    return ok;
}

int main(void)
{
    static char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        Arena arena CLEANUP(arena_fini) = {0};
        Error err = {0};
        char *path = NULL;
        size_t in = strtoul(line, &path, 10), out = strtoul(path, &path, 10);
        path[1 + str_find_char(str_from(path + 1), '\n')] = '\0';
        if (decode(path + 1, in, out, &arena, &err))
            printf("ok\n");
        else
            printf("bad " STR_FMT "\n", STR_ARG(error_message(&err)));
    }
    return 0;
}
