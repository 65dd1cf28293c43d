/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "archive/tar_header.h"

enum { RUNS_MAX = 1 << 20, OLD_RUNS = 4, OLD_RUNS_MORE = 21, RUN_FIELD = 12 };

void sparse_clear(TarReader *r)
{
    r->runs.len = 0;
    r->run = 0;
    r->done = 0;
}

bool sparse_add(TarReader *r, uint64_t at, uint64_t len)
{
    if (r->runs.len >= RUNS_MAX)
        return false;
    *vec_push(r->arena, &r->runs) = (SparseRun){at, len};
    return true;
}

bool sparse_add_list(TarReader *r, Str list)
{
    Str at, len;
    while (str_next(&list, ',', &at)) {
        SparseRun run = {0};
        if (!str_next(&list, ',', &len) || !str_to_u64(at, &run.at) || !str_to_u64(len, &run.len) ||
            !sparse_add(r, run.at, run.len))
            return false;
    }
    return true;
}

/* `count` pairs of 12-byte numbers; the first empty pair ends the list. */
static bool old_runs(TarReader *r, Str fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SparseRun run = {0};
        Str at = tar_field(fields, i * 2 * RUN_FIELD, RUN_FIELD);
        Str len = tar_field(fields, (i * 2 + 1) * RUN_FIELD, RUN_FIELD);
        if (str_at(at, 0) == 0 || str_at(len, 0) == 0)
            return true;
        if (!tar_number(at, &run.at) || !tar_number(len, &run.len) ||
            !sparse_add(r, run.at, run.len))
            return false;
    }
    return true;
}

static bool map_bad(const TarReader *r, Error *err)
{
    return error_set(err, ERR_FORMAT, "tar: bad sparse map at offset %llu",
                     (unsigned long long)tar_offset(r));
}

bool sparse_read_gnu(TarReader *r, Str block, Error *err)
{
    bool more = str_at(block, 482) != 0;
    if (!tar_number(tar_field(block, 483, RUN_FIELD), &r->entry.size) ||
        !old_runs(r, str_from_pos(block, 386), OLD_RUNS))
        return map_bad(r, err);
    while (more) {
        if (!tar_fill(r, TAR_BLOCK, err))
            return false;
        Str next = str_head(tar_held(r), TAR_BLOCK);
        if (next.len < TAR_BLOCK || !old_runs(r, next, OLD_RUNS_MORE))
            return map_bad(r, err);
        more = str_at(next, OLD_RUNS_MORE * 2 * RUN_FIELD) != 0;
        tar_take(r, TAR_BLOCK);
    }
    return true;
}

/* A decimal line of the map that stands before the content in PAX 1.0. */
static bool map_line(TarReader *r, uint64_t *out, Error *err)
{
    enum { LINE_MAX_BYTES = 24 };
    Str line, rest;
    if (!tar_fill(r, LINE_MAX_BYTES, err))
        return false;
    size_t most = r->left < LINE_MAX_BYTES ? (size_t)r->left : LINE_MAX_BYTES;
    if (!str_cut(str_head(tar_held(r), most), '\n', &line, &rest) || !str_to_u64(line, out))
        return map_bad(r, err);
    tar_take(r, line.len + 1);
    r->left -= line.len + 1;
    return true;
}

bool sparse_read_pax(TarReader *r, Error *err)
{
    uint64_t count, from = r->left;
    if (!map_line(r, &count, err))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        SparseRun run;
        if (!map_line(r, &run.at, err) || !map_line(r, &run.len, err))
            return false;
        if (!sparse_add(r, run.at, run.len))
            return map_bad(r, err);
    }
    uint64_t padding = (TAR_BLOCK - (from - r->left) % TAR_BLOCK) % TAR_BLOCK;
    if (padding > r->left)
        return map_bad(r, err);
    r->left -= padding;
    return tar_skip(r, padding, err);
}

bool sparse_is_sound(const TarReader *r)
{
    uint64_t end = 0, stored = 0;
    for (size_t i = 0; i < r->runs.len; i++) {
        SparseRun run = r->runs.at[i];
        if (run.at < end || run.len > r->entry.size || run.at > r->entry.size - run.len)
            return false;
        end = run.at + run.len;
        stored += run.len;
    }
    return stored <= r->left;
}

static size_t least(size_t cap, uint64_t len)
{
    return len < cap ? (size_t)len : cap;
}

bool sparse_read(TarReader *r, void *into, size_t cap, size_t *got, Error *err)
{
    while (r->run < r->runs.len && r->done >= r->runs.at[r->run].at + r->runs.at[r->run].len)
        r->run++;
    bool has_run = r->run < r->runs.len;
    uint64_t next = has_run ? r->runs.at[r->run].at : r->entry.size;
    if (r->done < next) {
        *got = least(cap, next - r->done);
        memset(into, 0, *got);
    } else if (has_run) {
        size_t want = least(cap, next + r->runs.at[r->run].len - r->done);
        if (!tar_fill(r, 1, err))
            return false;
        Str held = str_head(tar_held(r), want);
        if (held.len == 0)
            return error_set(err, ERR_FORMAT, "ends early");
        *got = bytes_copy(into, held);
        tar_take(r, *got);
        r->left -= *got;
    }
    r->done += *got;
    return true;
}
