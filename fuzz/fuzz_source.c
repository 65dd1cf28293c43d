/* SPDX-License-Identifier: Apache-2.0 */
/* What images say of themselves. The input is documents, parted by NUL bytes; the harness puts them
 * into a tar as the format has them, so that no digest and no header keeps the fuzzer out: @0, @1 ...
 * in a document stand for the digests of those before it (behind @9 as ASCII goes on). */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "sources/digest.h"
#include "sources/image_config.h"
#include "sources/rows.h"

enum { DOCUMENTS = 14, BLOCK = 512 };

/* --- a tar --- */

static void tar_put(Buf *tar, Str name, Str content)
{
    char header[BLOCK] = {0};
    unsigned sum = 0;
    snprintf(header, 100, STR_FMT, STR_ARG(name));
    snprintf(header + 100, 24, "0000644");
    snprintf(header + 124, 12, "%011zo", content.len);
    snprintf(header + 257, 8, "ustar");
    header[156] = '0';
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    buf_put(tar, str_of(header, BLOCK));
    buf_put(tar, content);
    while (tar->len % BLOCK)
        buf_put_char(tar, '\0');
}

/* One file for all runs. */
static Fd tar_file(Str bytes)
{
    static Fd fd = -1;
    if (fd < 0 && !fd_open_temporary(&fd, NULL))
        return -1;
    bool ok = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 && fd_write_all(fd, bytes, NULL);
    return ok ? fd : -1;
}

/* --- documents --- */

typedef struct Documents {
    Arena *arena;
    Str text[DOCUMENTS], digest[DOCUMENTS];
    size_t count;
} Documents;

static Str with_digests(const Documents *docs, Str text)
{
    Buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < text.len; i++) {
        size_t which = (size_t)(str_at(text, i + 1) - '0');
        bool stands = text.ptr[i] == '@' && i + 1 < text.len && which < docs->count;
        if (stands)
            buf_put(&out, docs->digest[which]);
        else
            buf_put_char(&out, text.ptr[i]);
        i += stands;
    }
    return arena_str(docs->arena, buf_str(&out));
}

static void documents_read(Documents *docs, Arena *arena, Str input)
{
    *docs = (Documents){.arena = arena};
    while (input.len && docs->count < DOCUMENTS) {
        Str text;
        str_cut(input, '\0', &text, &input);
        docs->text[docs->count] = with_digests(docs, text);
        docs->digest[docs->count] = digest_of(arena, docs->text[docs->count]);
        docs->count++;
    }
}

/* --- the rows --- */

static void image_check(Arena *arena, SourceInput *input)
{
    Limits limits = LIMITS_DEFAULT;
    Image image;
    Error err = {0};
    limits.layer_bytes = limits.document_bytes = 64 << 10;
    limits.entries = 200;
    limits.layers = 50;
    if (image_open(input, arena, &limits, &image, &err)) {
        assert(image.layers.len == image.subject.layers.len);
        for (size_t i = 0; i < image.layers.len; i++)
            assert(image.layers.at[i].missing || image.layers.at[i].fd >= 0);
        image_close(&image);
    } else {
        assert(err.message[0]);
    }
}

static void file_check(Arena *arena, Str tar, Str platform)
{
    static Fd scratch = -1;
    Fd fd = tar_file(tar);
    if ((scratch < 0 && !fd_open_temporary(&scratch, NULL)) || fd < 0 || ftruncate(scratch, 0) ||
        lseek(scratch, 0, SEEK_SET))
        return;
    SourceInput input = {
        .kind = SOURCE_FILE, .name = STR("x"), .platform = platform, .scratch = scratch};
    *vec_push(arena, &input.fds) = fd;
    image_check(arena, &input);
}

static Str blob_name(const Documents *docs, size_t i)
{
    if (i + 1 == docs->count)
        return STR("index.json");
    return arena_printf(docs->arena, "blobs/sha256/" STR_FMT,
                        STR_ARG(str_from_pos(docs->digest[i], 7)));
}

static Fd document_open(const Documents *docs, Str path)
{
    Fd fd;
    for (size_t i = 0; i < docs->count; i++)
        if (str_eq(path, blob_name(docs, i)))
            return fd_open_temporary(&fd, NULL) && fd_write_all(fd, docs->text[i], NULL) ? fd : -1;
    return -1;
}

/* Whoever opens files for a child. */
static void documents_open(void *self, const Str *paths, size_t count, Fd *out)
{
    assert(count > 0 && count <= SOURCE_BATCH);
    for (size_t i = 0; i < count; i++)
        out[i] = document_open(self, paths[i]);
}

static void folder(Documents *docs)
{
    SourceInput input = {.kind = SOURCE_DIR,
                         .name = STR("x"),
                         .folders = 1,
                         .opener = {.self = docs, .open = documents_open},
                         .scratch = -1};
    image_check(docs->arena, &input);
}

/* The last document is index.json, those before it are blobs; in a tar or in a folder. */
static void oci_layout(Str input, Arena *arena)
{
    static Buf tar;
    Documents docs;
    documents_read(&docs, arena, input);
    if (input.len % 4 == 3) {
        folder(&docs);
        return;
    }
    buf_clear(&tar);
    for (size_t i = 0; i < docs.count; i++)
        tar_put(&tar, blob_name(&docs, i), docs.text[i]);
    file_check(arena, buf_str(&tar), input.len % 2 ? STR("linux/amd64") : (Str){0});
}

/* manifest.json, the configuration "c", layers "0", "1", ... */
static void docker_archive(Str input, Arena *arena)
{
    static const Str names[DOCUMENTS] = {STR_INIT("c"), STR_INIT("manifest.json"),
                                         STR_INIT("0"), STR_INIT("1"),
                                         STR_INIT("2"), STR_INIT("3"),
                                         STR_INIT("4"), STR_INIT("5"),
                                         STR_INIT("6"), STR_INIT("7"),
                                         STR_INIT("8"), STR_INIT("9"),
                                         STR_INIT("a"), STR_INIT("b")};
    static Buf tar;
    Documents docs;
    documents_read(&docs, arena, input);
    buf_clear(&tar);
    for (size_t i = 0; i < docs.count; i++)
        tar_put(&tar, names[i], docs.text[i]);
    file_check(arena, buf_str(&tar), (Str){0});
}

/* Any file: a tar as it stands, its checksums set right, or something compressed. */
static void file(Str input, Arena *arena)
{
    file_check(arena, tar_mend(arena, input), (Str){0});
}

/* The engine's two answers. */
static void overlay(Str input, Arena *arena)
{
    Documents docs;
    documents_read(&docs, arena, input);
    SourceInput source = {.kind = SOURCE_OVERLAY,
                          .name = STR("x"),
                          .inspect = docs.text[0],
                          .history = docs.text[1],
                          .scratch = -1};
    for (unsigned i = 0; i < input.len % 8; i++)
        *vec_push(arena, &source.fds) = STDIN_FILENO;
    image_check(arena, &source);
}

static void config(Str input, Arena *arena)
{
    Limits limits = LIMITS_DEFAULT;
    Image image = {0};
    Error err = {0};
    limits.layers = 50;
    if (image_config_read(input, arena, &limits, &image, &err))
        assert(image.subject.layers.len <= limits.layers);
    else
        assert(err.message[0]);
}

static const struct {
    const char *name;
    void (*run)(Str input, Arena *arena);
} rows[] = {
    {"oci_layout", oci_layout},
    {"docker_archive", docker_archive},
    {"file", file},
    {"overlay", overlay},
    {"config", config},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_ROW(rows)->run(str_of(data, size), fuzz_arena(256 << 10));
    return 0;
}
