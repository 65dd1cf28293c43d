/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar_header.h"

size_t name_store(TarReader *r, char *into, Str name, TarExtra *extra)
{
    size_t len = name.len < r->limits->path_bytes ? name.len : (size_t)r->limits->path_bytes;
    extra->too_long |= len < name.len;
    return bytes_copy(into, str_head(name, len));
}

static void path_record(TarReader *r, TarExtra *extra, Str value)
{
    extra->has_path = true;
    extra->path_len = name_store(r, r->path, value, extra);
}

static void link_record(TarReader *r, TarExtra *extra, Str value)
{
    extra->has_link = true;
    extra->link_len = name_store(r, r->link, value, extra);
}

static void size_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->has_size = str_to_u64(value, &extra->size) || extra->has_size;
}

static void uid_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->has_uid = str_to_u64(value, &extra->uid);
}

static void gid_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->has_gid = str_to_u64(value, &extra->gid);
}

static void mtime_record(TarReader *r, TarExtra *extra, Str value)
{
    Str seconds, fraction;
    (void)r;
    str_cut(value, '.', &seconds, &fraction);
    extra->has_mtime = str_to_i64(seconds, &extra->mtime);
}

static void real_size_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->has_real_size = str_to_u64(value, &extra->real_size);
}

static void major_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->sparse = true;
    extra->sparse_major = str_eq(value, STR("1")) ? 1 : 0;
}

static void minor_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->sparse_minor = str_eq(value, STR("1")) ? 1 : 0;
}

static void count_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r, (void)value;
    extra->sparse = true;
}

static void run_at_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->sparse_bad |= !str_to_u64(value, &extra->run_at);
}

static void run_len_record(TarReader *r, TarExtra *extra, Str value)
{
    uint64_t len = 0;
    extra->sparse_bad |= !str_to_u64(value, &len) || !sparse_add(r, extra->run_at, len);
}

static void map_record(TarReader *r, TarExtra *extra, Str value)
{
    extra->sparse = true;
    extra->sparse_bad |= !sparse_add_list(r, value);
}

/* https://www.gnu.org/software/tar/manual/html_section/Sparse-Formats.html for GNU.sparse.* */
static const struct {
    Str key;
    void (*apply)(TarReader *, TarExtra *, Str value);
} records[] = {
    {STR_INIT("path"), path_record},
    {STR_INIT("linkpath"), link_record},
    {STR_INIT("size"), size_record},
    {STR_INIT("mtime"), mtime_record},
    {STR_INIT("uid"), uid_record},
    {STR_INIT("gid"), gid_record},
    {STR_INIT("GNU.sparse.name"), path_record},
    {STR_INIT("GNU.sparse.size"), real_size_record},
    {STR_INIT("GNU.sparse.realsize"), real_size_record},
    {STR_INIT("GNU.sparse.major"), major_record},
    {STR_INIT("GNU.sparse.minor"), minor_record},
    {STR_INIT("GNU.sparse.numblocks"), count_record},
    {STR_INIT("GNU.sparse.offset"), run_at_record},
    {STR_INIT("GNU.sparse.numbytes"), run_len_record},
    {STR_INIT("GNU.sparse.map"), map_record},
};

static void record_apply(TarReader *r, TarExtra *extra, Str record)
{
    Str key, value;
    if (!str_cut(record, '=', &key, &value))
        return;
    for (size_t i = 0; i < COUNT_OF(records); i++)
        if (str_eq(key, records[i].key)) {
            records[i].apply(r, extra, value);
            return;
        }
}

/* "30 mtime=1350244992.023960108\n": the length counts itself. One record at a time has to fit the
 * buffer; of a longer one (an attribute of 300 KB) nothing is wanted. */
static bool record_read(TarReader *r, uint64_t *left, TarExtra *extra, Error *err)
{
    uint64_t len = 0;
    Str digits, rest;
    if (!tar_fill(r, 32, err))
        return false;
    Str head = str_head(tar_held(r), *left < 32 ? (size_t)*left : 32);
    if (!str_cut(head, ' ', &digits, &rest) || !str_to_u64(digits, &len) || len > *left ||
        len <= digits.len + 1)
        return error_set(err, ERR_FORMAT, "tar: bad extended header at offset %llu",
                         (unsigned long long)tar_offset(r));
    *left -= len;
    if (len > TAR_BUFFER)
        return tar_skip(r, len, err);
    if (!tar_fill(r, (size_t)len, err))
        return false;
    if (tar_held(r).len < len)
        return error_set(err, ERR_FORMAT, "tar: ends within an extended header at offset %llu",
                         (unsigned long long)tar_offset(r));
    Str record = str_head(tar_held(r), (size_t)len);
    if (str_ends(record, STR("\n")))
        record_apply(r, extra, str_sub(record, digits.len + 1, record.len - 1));
    tar_take(r, (size_t)len);
    return true;
}

bool pax_read(TarReader *r, uint64_t size, TarExtra *extra, Error *err)
{
    while (size) {
        if (!tar_fill(r, 1, err))
            return false;
        if (str_at(tar_held(r), 0) == 0) /* padded with NULs by some writers */
            return tar_skip(r, size, err);
        if (!record_read(r, &size, extra, err))
            return false;
    }
    return true;
}
