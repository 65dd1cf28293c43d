/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/codec.h"
#include "archive/tar_make.h"
#include "layers/layer.h"
#include "test.h"

/* Writes down what a walk reports. */
typedef struct Seen {
    Buf lines;
    Str wanted;  /* files whose first bytes are these are wanted */
    Str skipped; /* files of that name are of no interest */
} Seen;

static LayerInterest seen_interest(void *self, const LayerEntry *entry)
{
    Seen *seen = self;
    return seen->skipped.len && str_eq(entry->path, seen->skipped) ? LAYER_SKIP : LAYER_PEEK;
}

static bool seen_wants(void *self, const LayerEntry *entry, Str head)
{
    Seen *seen = self;
    (void)entry;
    return str_starts(head, seen->wanted);
}

static bool seen_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    Seen *seen = self;
    (void)err;
    buf_printf(&seen->lines, "bytes " STR_FMT " %zu=" STR_FMT "\n", STR_ARG(entry->path), bytes.len,
               STR_ARG(str_head(bytes, 20)));
    return true;
}

static void seen_oversize(void *self, const LayerEntry *entry, uint64_t limit)
{
    Seen *seen = self;
    buf_printf(&seen->lines, "oversize " STR_FMT " %llu\n", STR_ARG(entry->path),
               (unsigned long long)limit);
}

static void seen_note(void *self, Str path, uint64_t offset, const char *what, bool incomplete)
{
    Seen *seen = self;
    buf_printf(&seen->lines, "note " STR_FMT " %llu %s %d\n", STR_ARG(str_head(path, 30)),
               (unsigned long long)offset, what, incomplete);
}

static void index_list(const LayerIndex *index, Buf *lines)
{
    static const char kinds[] = "-dlhwo?";
    for (size_t i = 0; i < index->len; i++) {
        const LayerEntry *e = layer_index_at(index, i);
        buf_printf(lines, "%c " STR_FMT, kinds[e->kind], STR_ARG(e->path));
        if (e->link.len)
            buf_printf(lines, " -> " STR_FMT, STR_ARG(e->link));
        buf_put_char(lines, '\n');
    }
}

static Str walk_with(Arena *arena, const Limits *limits, Stream *tar, Seen *seen)
{
    const LayerVisitor visitor = {.self = seen,
                                  .interest = seen_interest,
                                  .wants = seen_wants,
                                  .bytes = seen_bytes,
                                  .oversize = seen_oversize,
                                  .note = seen_note};
    uint64_t entries = 0;
    LayerIndex index;
    Error err = {0};
    const LayerWalk walk = {limits, arena, &entries, &visitor, NULL};
    bool ok = layer_walk_tar(&walk, tar, &index, &err);
    index_list(&index, &seen->lines);
    if (!ok)
        buf_printf(&seen->lines, "%s\n", err.message);
    Str lines = arena_str(arena, buf_str(&seen->lines));
    buf_fini(&seen->lines);
    return lines;
}

static Str walk_memory(Arena *arena, const Limits *limits, const Buf *tar, Seen seen)
{
    MemoryStream in;
    memory_stream_init(&in, buf_str(tar));
    return walk_with(arena, limits, &in.stream, &seen);
}

#define SETUP                                                                                      \
    Arena arena CLEANUP(arena_fini) = {0};                                                         \
    Limits limits = LIMITS_DEFAULT;                                                                \
    Buf tar CLEANUP(buf_fini) = {0}

TEST(rule_55_whiteouts_are_told_from_leftovers)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("a/.wh..wh.plnk"));
    TAR_PUT(&tar, .name = STR("a/.wh..wh.aufs"));
    TAR_PUT(&tar, .name = STR("a/.wh."));
    TAR_PUT(&tar, .name = STR("a/.wh..."));
    TAR_PUT(&tar, .name = STR("a/.wh.b"));
    TAR_PUT(&tar, .name = STR(".wh.c"));
    TAR_PUT(&tar, .name = STR("./d/.wh..wh..opq"));
    TAR_PUT(&tar, .name = STR(".wh..wh..opq"));
    CHECK_STR(walk_memory(&arena, &limits, &tar, (Seen){0}), STR("w a/b\nw c\no d\no \n"));
}

TEST(paths_that_climb_are_confined_and_noted)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("../../etc/passwd"));
    TAR_PUT(&tar, .name = STR("h"), .flag = '1', .link = STR("../../etc/shadow"));
    TAR_PUT(&tar, .name = STR("s"), .flag = '2', .link = STR("../../etc/shadow"));
    TAR_PUT(&tar, .name = STR("/"), .flag = '5');
    CHECK_STR(walk_memory(&arena, &limits, &tar, (Seen){.wanted = STR("none")}),
              STR("note ../../etc/passwd 512 the path climbs out of the image 0\n"
                  "note h 1024 the link climbs out of the image 0\n"
                  "- etc/passwd\nh h -> etc/shadow\nl s -> ../../etc/shadow\n"));
}

TEST(wanted_files_come_whole)
{
    SETUP;
    Buf big CLEANUP(buf_fini) = {0}, huge CLEANUP(buf_fini) = {0};
    limits.file_bytes = 600000;
    buf_put(&big, STR("#!big"));
    while (big.len < 500000)
        buf_put(&big, STR("0123456789"));
    buf_put(&huge, buf_str(&big));
    buf_put(&huge, buf_str(&big));
    TAR_PUT(&tar, .name = STR("small"), .body = STR("#!small"));
    TAR_PUT(&tar, .name = STR("other"), .body = STR("text"));
    TAR_PUT(&tar, .name = STR("skipped"), .body = STR("#!skipped"));
    TAR_PUT(&tar, .name = STR("big"), .body = buf_str(&big));
    TAR_PUT(&tar, .name = STR("huge"), .body = buf_str(&huge));
    TAR_PUT(&tar, .name = STR("last"), .body = STR("#!last"));
    CHECK_STR(
        walk_memory(&arena, &limits, &tar, (Seen){.wanted = STR("#!"), .skipped = STR("skipped")}),
        STR("bytes small 7=#!small\nbytes big 500005=#!big012345678901234\n"
            "oversize huge 600000\nbytes last 6=#!last\n"
            "- small\n- other\n- skipped\n- big\n- huge\n- last\n"));
}

TEST(devices_are_listed_and_long_names_noted)
{
    SETUP;
    Buf deep CLEANUP(buf_fini) = {0}, records CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 300; i++)
        buf_put(&deep, STR("d/"));
    pax_put(&records, "path", buf_str(&deep));
    TAR_PUT(&tar, .name = STR("null"), .flag = '3');
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("x"));
    CHECK_STR(
        walk_memory(&arena, &limits, &tar, (Seen){.wanted = STR("none")}),
        STR("note d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/ 2560 the path is too long or deep 1\n? null\n"));
}

TEST(what_stands_behind_the_end_is_named_once)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("a"));
    tar_put_end(&tar);
    CHECK_STR(walk_memory(&arena, &limits, &tar, (Seen){.wanted = STR("none")}), STR("- a\n"));
    TAR_PUT(&tar, .name = STR("a"));
    TAR_PUT(&tar, .name = STR("b"));
    CHECK_STR(walk_memory(&arena, &limits, &tar, (Seen){.wanted = STR("none")}),
              STR("note a 2048 stands behind the end of the archive, where a runtime stops reading "
                  "1\n- a\n- a\n- b\n"));
}

TEST(what_came_before_the_damage_is_kept)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("a"), .body = STR("A"));
    TAR_PUT(&tar, .name = STR("b"), .body = STR("B"), .lies = true, .size = 5000);
    CHECK_STR(walk_memory(&arena, &limits, &tar, (Seen){.wanted = STR("A")}),
              STR("bytes a 1=A\n- a\n- b\ntar: ends within \"b\" at offset 2048\n"));
}

/* Headers without end, as a stream that needs no memory. */
typedef struct Endless {
    Stream stream;
    Buf header;
    uint64_t given;
} Endless;

static bool endless_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Endless *e = (Endless *)self;
    char *at = into;
    (void)err;
    for (*got = 0; *got < cap; ++*got)
        at[*got] = e->header.ptr[e->given++ % e->header.len];
    return true;
}

TEST(ten_million_entries_meet_the_limit)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    Endless endless = {.stream = {.read = endless_read}};
    limits.entries = 50000;
    TAR_PUT(&endless.header, .name = STR("some/file"));
    Seen seen = {.skipped = STR("some/file")};
    Str lines = walk_with(&arena, &limits, &endless.stream, &seen);
    CHECK(str_ends(lines, STR("more than 50000 entries in the image\n")));
    CHECK(endless.given < 50000 * 512 + (1 << 20));
    buf_fini(&endless.header);
}

TEST(sparse_files_are_shown_expanded)
{
    SETUP;
    Buf records CLEANUP(buf_fini) = {0};
    pax_put(&records, "GNU.sparse.size", STR("7"));
    pax_put(&records, "GNU.sparse.map", STR("0,5"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("sparse"), .body = STR("12345"));
    CHECK_STR(walk_memory(&arena, &limits, &tar, (Seen){0}),
              STR("bytes sparse 7=12345\n- sparse\n"));
}

TEST(a_real_layer_is_walked)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    Str path = test_shared(&arena, "fixtures/images/alpine-minirootfs-3.20.3-x86_64.tar.gz");
    Error err = {0};
    Str bytes;
    MemoryStream in;
    Stream *stream = NULL;
    REQUIRE_OK(file_read(path, 64 << 20, &arena, &bytes, &err));
    memory_stream_init(&in, bytes);
    REQUIRE_OK(codec_open(&arena, &in.stream, &limits, &stream, NULL, &err));
    Seen seen = {.wanted = STR("\177ELF")};
    Str lines = walk_with(&arena, &limits, stream, &seen);
    CHECK(str_contains(lines, STR("bytes bin/busybox ")));
    CHECK(str_contains(lines, STR("l bin/sh -> /bin/busybox\n")));
    CHECK(str_contains(lines, STR("- lib/apk/db/installed\n")));
    stream_close(stream);
}
