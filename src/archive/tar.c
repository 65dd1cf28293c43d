/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar.h"

#include <string.h>

#include "archive/tar_header.h"

/* One buffer of 256 KiB serves headers, small bodies and skips, so that the decoder beneath always
 * writes long runs into the same warm memory; bodies that are read in long runs bypass it. Where
 * the stream can skip (a file), what is behind a skipped body is read in small portions that grow
 * while nothing is skipped, so that unwanted bodies are not read at all. */
enum { PORTION_MIN = 4096 };

size_t bytes_copy(void *into, Str bytes)
{
    if (bytes.len)
        memmove(into, bytes.ptr, bytes.len);
    return bytes.len;
}

Str tar_held(const TarReader *r)
{
    return str_of(r->buf + r->pos, r->len - r->pos);
}

void tar_take(TarReader *r, size_t len)
{
    r->pos += len;
}

uint64_t tar_offset(const TarReader *r)
{
    return r->base + r->pos;
}

bool tar_fill(TarReader *r, size_t need, Error *err)
{
    if (r->len - r->pos >= need)
        return true;
    if (TAR_BUFFER - r->pos < need || r->pos == r->len) {
        memmove(r->buf, r->buf + r->pos, r->len - r->pos);
        r->base += r->pos;
        r->len -= r->pos;
        r->pos = 0;
    }
    while (r->len - r->pos < need && !r->in_end) {
        size_t got, room = TAR_BUFFER - r->len, missing = need - (r->len - r->pos);
        size_t portion = r->portion > missing ? r->portion : missing;
        if (!stream_read(r->in, r->buf + r->len, portion < room ? portion : room, &got, err))
            return false;
        r->in_end = got == 0;
        r->len += got;
        r->portion = r->portion < TAR_BUFFER / 4 ? r->portion * 4 : TAR_BUFFER;
    }
    return true;
}

static bool ends_early(const TarReader *r, Error *err)
{
    return error_set(err, ERR_FORMAT, "tar: ends within \"" STR_FMT "\" at offset %llu",
                     STR_ARG(str_head(r->entry.path, 300)), (unsigned long long)tar_offset(r));
}

/* Skipping is left to the stream where that is cheaper than reading. */
static bool skip_beneath(TarReader *r, uint64_t len, Error *err)
{
    if (!stream_skip(r->in, len, err))
        return error_within(err, "tar: \"" STR_FMT "\"", STR_ARG(str_head(r->entry.path, 300)));
    r->base += r->len + len;
    r->pos = r->len = 0;
    r->portion = PORTION_MIN;
    return true;
}

bool tar_skip(TarReader *r, uint64_t len, Error *err)
{
    while (len) {
        size_t held = r->len - r->pos;
        size_t step = held < len ? held : (size_t)len;
        tar_take(r, step);
        len -= step;
        if (len == 0)
            break;
        if (r->in->skip && len >= TAR_BLOCK)
            return skip_beneath(r, len, err);
        if (!tar_fill(r, 1, err))
            return false;
        if (r->len == r->pos)
            return ends_early(r, err);
    }
    return true;
}

static bool body_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    TarReader *r = (TarReader *)self;
    enum { DIRECT = 64 << 10 };
    if (r->entry.sparse)
        return sparse_read(r, into, cap, got, err);
    if (r->left == 0)
        return true;
    if (cap > r->left)
        cap = (size_t)r->left;
    if (r->pos == r->len && cap >= DIRECT) {
        if (!stream_read(r->in, into, cap, got, err))
            return false;
        r->base += r->len + *got;
        r->pos = r->len = 0;
    } else {
        if (!tar_fill(r, 1, err))
            return false;
        Str held = str_head(tar_held(r), cap);
        *got = bytes_copy(into, held);
        tar_take(r, *got);
    }
    r->left -= *got;
    return *got != 0 || ends_early(r, err);
}

static bool body_skip(Stream *self, uint64_t len, Error *err)
{
    TarReader *r = (TarReader *)self;
    if (r->entry.sparse || len > r->left)
        return error_set(err, ERR_FORMAT, "ends early");
    r->left -= len;
    return tar_skip(r, len, err);
}

void tar_init(TarReader *r, Stream *in, const Limits *limits, Arena *arena)
{
    *r = (TarReader){.body = {.read = body_read, .skip = body_skip},
                     .in = in,
                     .limits = limits,
                     .arena = arena,
                     .portion = in->skip ? PORTION_MIN : TAR_BUFFER};
    r->buf = arena_bytes(arena, TAR_BUFFER);
    r->path = arena_alloc(arena, (size_t)limits->path_bytes + 256);
    r->link = arena_alloc(arena, (size_t)limits->path_bytes + 256);
    r->sparse_path = arena_alloc(arena, (size_t)limits->path_bytes + 256);
}

Stream *tar_body(TarReader *r)
{
    return &r->body;
}

bool tar_peek(TarReader *r, size_t len, Str *out, Error *err)
{
    *out = (Str){0};
    if (r->entry.sparse)
        return true;
    if (len > r->left)
        len = (size_t)r->left;
    if (len > TAR_BUFFER)
        len = TAR_BUFFER;
    if (!tar_fill(r, len, err))
        return false;
    *out = str_head(tar_held(r), len);
    return out->len == len || ends_early(r, err);
}

/* Only the oldest archives tell a directory by its slash: "a/" of type '0' is unpacked as the file
 * "a" by the runtimes. */
static TarType type_of(char flag, Str path)
{
    switch (flag) {
    case 0:
        return str_ends(path, STR("/")) ? TAR_DIR : TAR_FILE;
    case '0':
    case '7':
    case 'S':
        return TAR_FILE;
    case '1':
        return TAR_HARDLINK;
    case '2':
        return TAR_SYMLINK;
    case '3':
        return TAR_CHARDEV;
    case '4':
        return TAR_BLOCKDEV;
    case '5':
        return TAR_DIR;
    case '6':
        return TAR_FIFO;
    default:
        return TAR_OTHER;
    }
}

/* Links, directories and devices have no body, whatever their size field says (as the runtimes
 * read it). */
static bool has_body(TarType type)
{
    return type == TAR_FILE || type == TAR_OTHER;
}

/* Of the oldest directories, too, what the size field says is passed over. */
static bool has_bytes(TarType type, char flag)
{
    return has_body(type) || flag == 0;
}

static bool header_bad(const TarReader *r, const char *what, Error *err)
{
    return error_set(err, ERR_FORMAT, "tar: %s at offset %llu", what,
                     (unsigned long long)tar_offset(r));
}

/* Into the reader's own memory, since the buffer moves on. */
static Str name_of(char *into, Str prefix, Str name)
{
    size_t len = 0;
    if (prefix.len) {
        len = bytes_copy(into, prefix);
        into[len++] = '/';
    }
    len += bytes_copy(into + len, name);
    return str_of(into, len);
}

static uint64_t number_or_0(Str block, size_t at, size_t len)
{
    uint64_t value = 0;
    (void)tar_number(tar_field(block, at, len), &value);
    return value;
}

static void names_read(TarReader *r, Str block, const TarExtra *extra)
{
    TarEntry *e = &r->entry;
    Str prefix = tar_magic(block) == TAR_USTAR ? tar_text(tar_field(block, 345, 155)) : (Str){0};
    e->path = extra->sparse && extra->sparse_path_len
                  ? str_of(r->sparse_path, extra->sparse_path_len)
              : extra->has_path ? str_of(r->path, extra->path_len)
                                : name_of(r->path, prefix, tar_text(tar_field(block, 0, 100)));
    e->link = extra->has_link ? str_of(r->link, extra->link_len)
                              : name_of(r->link, (Str){0}, tar_text(tar_field(block, 157, 100)));
    e->too_long = extra->too_long || e->path.len > r->limits->path_bytes ||
                  e->link.len > r->limits->path_bytes;
}

/* Reads the map and judges it. */
static bool sparse_start(TarReader *r, Str block, const TarExtra *extra, Error *err)
{
    char copy[TAR_BLOCK]; /* the buffer moves on */
    (void)bytes_copy(copy, block);
    bool old = str_at(block, 156) == 'S', in_body = !old && extra->sparse_major == SPARSE_1;
    if (!old && extra->has_real_size)
        r->entry.size = extra->real_size;
    if (old || in_body)
        sparse_clear(r); /* of what else was said */
    if (old && !sparse_read_gnu(r, str_of(copy, sizeof copy), err))
        return false;
    if (in_body && !sparse_read_pax(r, err))
        return false;
    if ((!old && extra->sparse_bad) || !sparse_is_sound(r))
        return header_bad(r, "bad sparse map", err);
    return true;
}

static bool entry_read(TarReader *r, Str block, const TarExtra *extra, uint64_t size, Error *err)
{
    TarEntry *e = &r->entry;
    *e = (TarEntry){.mode = (uint32_t)number_or_0(block, 100, 8) & 07777,
                    .uid = extra->has_uid ? extra->uid : number_or_0(block, 108, 8),
                    .gid = extra->has_gid ? extra->gid : number_or_0(block, 116, 8),
                    .mtime = extra->has_mtime ? extra->mtime : (int64_t)number_or_0(block, 136, 12),
                    .dev_major = (uint32_t)number_or_0(block, 329, 8),
                    .dev_minor = (uint32_t)number_or_0(block, 337, 8)};
    char flag = str_at(block, 156);
    names_read(r, block, extra);
    e->type = type_of(flag, e->path);
    r->left = has_bytes(e->type, flag) ? size : 0;
    r->padding = (TAR_BLOCK - r->left % TAR_BLOCK) % TAR_BLOCK;
    e->size = e->stored = has_body(e->type) ? r->left : 0;
    e->sparse = has_body(e->type) && (flag == 'S' || extra->sparse);
    tar_take(r, TAR_BLOCK);
    if (e->sparse && !sparse_start(r, block, extra, err))
        return error_within(err, "\"" STR_FMT "\"", STR_ARG(str_head(e->path, 300)));
    e->offset = tar_offset(r);
    return true;
}

/* GNU 'L' and 'K': the next entry's name, with a NUL at its end. */
static bool long_name_read(TarReader *r, char flag, uint64_t size, TarExtra *extra, Error *err)
{
    size_t most = (size_t)r->limits->path_bytes + 1;
    size_t len = size < most ? (size_t)size : most;
    if (!tar_fill(r, len, err))
        return false;
    if (tar_held(r).len < len)
        return header_bad(r, "ends within a long name", err);
    Str name = tar_text(str_head(tar_held(r), len));
    if (name.len && flag == 'L') {
        extra->has_path = extra->long_path = true;
        extra->path_len = name_store(r, r->path, name, extra);
    } else if (name.len) {
        extra->has_link = extra->long_link = true;
        extra->link_len = name_store(r, r->link, name, extra);
    }
    return tar_skip(r, size, err);
}

/* Extended headers change what follows; others are passed over. True in *more: no entry yet. */
static bool extra_read(TarReader *r, char flag, uint64_t size, TarExtra *extra, bool *more,
                       Error *err)
{
    *more = flag == 'x' || flag == 'X' || flag == 'g' || flag == 'L' || flag == 'K';
    if (!*more)
        return true;
    tar_take(r, TAR_BLOCK);
    if (flag == 'g') { /* to the runtimes an entry of its own, before which all else ends */
        *extra = (TarExtra){0};
        sparse_clear(r);
    }
    bool ok = flag == 'g'                  ? tar_skip(r, size, err)
              : flag == 'L' || flag == 'K' ? long_name_read(r, flag, size, extra, err)
                                           : pax_read(r, size, extra, err);
    return ok && tar_skip(r, (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK, err);
}

/* The rest of the last entry. Padding may be missing where the archive ends. */
static bool body_finish(TarReader *r, Error *err)
{
    if (!tar_skip(r, r->left, err))
        return false;
    r->left = 0;
    if (!tar_fill(r, (size_t)r->padding, err))
        return false;
    size_t held = r->len - r->pos;
    tar_take(r, held < r->padding ? held : (size_t)r->padding);
    r->padding = 0;
    return true;
}

/* Finds the next header; *end when there is none. */
static bool header_find(TarReader *r, bool first, Str *out, bool *end, Error *err)
{
    bool trailer = false;
    for (;; trailer = true) {
        if (!tar_fill(r, TAR_BLOCK, err))
            return false;
        *out = str_head(tar_held(r), TAR_BLOCK);
        *end = out->len == 0 || (trailer && out->len < TAR_BLOCK);
        if (*end)
            return true;
        if (out->len < TAR_BLOCK)
            return header_bad(r, first ? "no tar archive: no header" : "ends within a header", err);
        TarBlock kind = tar_block_kind(*out);
        if (kind == TAR_BLOCK_HEADER) {
            r->behind = r->behind || trailer;
            return true;
        }
        if (kind == TAR_BLOCK_JUNK) {
            *end = trailer && !first;
            return *end ||
                   header_bad(r, first ? "no tar archive: no header" : "damaged header", err);
        }
        tar_take(r, TAR_BLOCK);
    }
}

bool tar_next(TarReader *r, TarEntry *out, bool *end, Error *err)
{
    bool first = tar_offset(r) == 0, more = true;
    TarExtra extra = {0};
    *end = false;
    if (!body_finish(r, err))
        return false;
    sparse_clear(r);
    for (;;) {
        Str block;
        uint64_t size = 0;
        if (!header_find(r, first, &block, end, err))
            return false;
        if (*end)
            return true;
        char flag = str_at(block, 156);
        if (!tar_number(tar_field(block, 124, 12), &size) || size > INT64_MAX)
            return header_bad(r, "bad size in the header", err);
        if (!extra_read(r, flag, size, &extra, &more, err))
            return false;
        if (!more) {
            if (extra.has_size)
                size = extra.size;
            if (extra.size_bad)
                return header_bad(r, "bad size in the extended header", err);
            if (size > INT64_MAX)
                return header_bad(r, "bad size in the header", err);
            if (!entry_read(r, block, &extra, size, err))
                return false;
            *out = r->entry;
            return true;
        }
        first = false;
    }
}
