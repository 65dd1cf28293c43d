/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "archive/decoder.h"
#include "layers/layer.h"

/* For archives.py: names of tar files on standard input; of each, what a walk of the layer sees:
 * "kind path size link crc" an entry, names in hexadecimal, and a line "= verdict". */
static void hex_print(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        printf("%02x", (uint8_t)str_at(s, i));
    printf(s.len ? "\t" : "-\t");
}

static void entry_print(const LayerEntry *e)
{
    printf("%c\t", "-dlhwo?"[e->kind]);
    hex_print(e->path);
    printf("%llu\t", (unsigned long long)e->size);
    hex_print(e->link);
}

/* Of the files' bytes, in the order of the index. */
typedef struct Crcs {
    Vec(uint32_t) all;
    Arena *arena;
} Crcs;

static bool bytes_take(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    Crcs *crcs = self;
    (void)entry, (void)err;
    *vec_push(crcs->arena, &crcs->all) = crc32_add(0, bytes.ptr, bytes.len);
    return true;
}

static LayerInterest interest(void *self, const LayerEntry *entry)
{
    (void)self, (void)entry;
    return LAYER_TAKE;
}

static void index_print(const LayerIndex *index, const Crcs *crcs)
{
    size_t file = 0;
    for (size_t i = 0; i < index->len; i++) {
        const LayerEntry *e = layer_index_at(index, i);
        entry_print(e);
        if (e->kind == LAYER_FILE && file < crcs->all.len)
            printf("%08x\n", crcs->all.at[file++]);
        else
            printf("-\n");
    }
}

static void oversize(void *self, const LayerEntry *entry, uint64_t limit)
{
    Error none = {0};
    (void)limit, (void)bytes_take(self, entry, (Str){0}, &none);
}

static bool file_print(const char *path, Arena *arena, Error *err)
{
    Str bytes;
    MemoryStream stream;
    LayerIndex index = {0};
    Limits limits = LIMITS_DEFAULT;
    uint64_t entries = 0;
    Crcs crcs = {.arena = arena};
    LayerVisitor visitor = {
        .self = &crcs, .interest = interest, .bytes = bytes_take, .oversize = oversize};
    LayerWalk walk = {&limits, arena, &entries, &visitor, NULL};
    if (!file_read(str_from(path), limits.file_bytes, arena, &bytes, err))
        return false;
    memory_stream_init(&stream, bytes);
    bool ok = layer_walk_tar(&walk, &stream.stream, &index, err);
    index_print(&index, &crcs);
    return ok;
}

int main(void)
{
    static char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        Arena arena CLEANUP(arena_fini) = {0};
        Error err = {0};
        line[str_find_char(str_from(line), '\n')] = '\0';
        if (file_print(line, &arena, &err))
            printf("= ok\n");
        else
            printf("= bad " STR_FMT "\n", STR_ARG(error_message(&err)));
    }
    return 0;
}
