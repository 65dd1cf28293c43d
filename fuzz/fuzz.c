/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *row_name = "";

/* Memory that was just given back is warm: a short quarantine covers one input. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8:allocator_release_to_os_interval_ms=-1:malloc_context_size=8";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    const char *slash = strrchr((*argv)[0], '/');
    const char *dot = strchr(slash ? slash : (*argv)[0], '.');
    row_name = dot ? dot + 1 : "";
    return 0;
}

size_t fuzz_row_find(const char *const *first_name, size_t stride, size_t count)
{
    static size_t found = SIZE_MAX;
    if (found != SIZE_MAX)
        return found;
    for (size_t i = 0; i < count; i++) {
        const char *name;
        memcpy(&name, (const char *)first_name + i * stride, sizeof name);
        if (strcmp(name, row_name) == 0)
            return found = i;
    }
    fprintf(stderr, "no row '%s': call the program by the name of one\n", row_name);
    exit(2);
}

Arena *fuzz_arena(size_t size)
{
    static Arena kept;
    static ArenaMark bottom;
    if (!bottom.block) {
        arena_alloc(&kept, size);
        bottom.block = kept.blocks;
    }
    arena_reset(&kept, bottom);
    return &kept;
}

unsigned fuzz_choice(Str *input, unsigned count)
{
    unsigned char first = (unsigned char)str_at(*input, 0);
    *input = str_from_pos(*input, 1);
    return (unsigned char)(first - 'a') % count;
}

static bool drip_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    DripStream *s = (DripStream *)self;
    (void)err;
    *got = s->rest.len < s->portion ? s->rest.len : s->portion;
    *got = *got < cap ? *got : cap;
    if (*got)
        memcpy(into, s->rest.ptr, *got);
    s->rest = str_from_pos(s->rest, *got);
    return true;
}

static bool drip_skip(Stream *self, uint64_t len, Error *err)
{
    DripStream *s = (DripStream *)self;
    if (len > s->rest.len)
        return error_set(err, ERR_FORMAT, "ends early");
    s->rest = str_from_pos(s->rest, (size_t)len);
    return true;
}

void drip_stream_init(DripStream *s, Str bytes, size_t portion)
{
    *s = (DripStream){.stream = {.read = drip_read}, .rest = bytes, .portion = portion};
    if (portion % 2 == 0)
        s->stream.skip = drip_skip;
}
