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
    if (extra->long_path)
        return;
    extra->has_path = value.len != 0;
    extra->path_len = name_store(r, r->path, value, extra);
}

static void link_record(TarReader *r, TarExtra *extra, Str value)
{
    if (extra->long_link)
        return;
    extra->has_link = value.len != 0;
    extra->link_len = name_store(r, r->link, value, extra);
}

static void sparse_path_record(TarReader *r, TarExtra *extra, Str value)
{
    extra->sparse_path_len = name_store(r, r->sparse_path, value, extra);
}

static void size_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->has_size = value.len != 0;
    extra->size_bad =
        value.len && !str_to_u64(str_from_pos(value, str_at(value, 0) == '+'), &extra->size);
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

static TarSparseNumber sparse_number(Str value)
{
    return value.len == 0            ? SPARSE_UNSAID
           : str_eq(value, STR("0")) ? SPARSE_0
           : str_eq(value, STR("1")) ? SPARSE_1
                                     : SPARSE_OTHER;
}

static void major_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->sparse_major = sparse_number(value);
}

static void minor_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->sparse_minor = sparse_number(value);
}

static void run_at_record(TarReader *r, TarExtra *extra, Str value)
{
    (void)r;
    extra->sparse_bad |= !str_to_u64(value, &extra->run_at);
}

static void run_len_record(TarReader *r, TarExtra *extra, Str value)
{
    uint64_t len = 0;
    extra->has_map = true;
    extra->sparse_bad |= !str_to_u64(value, &len) || !sparse_add(r, extra->run_at, len);
}

static void map_record(TarReader *r, TarExtra *extra, Str value)
{
    sparse_clear(r);
    extra->has_map = value.len != 0;
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
    {STR_INIT("GNU.sparse.name"), sparse_path_record},
    {STR_INIT("GNU.sparse.size"), real_size_record},
    {STR_INIT("GNU.sparse.realsize"), real_size_record},
    {STR_INIT("GNU.sparse.major"), major_record},
    {STR_INIT("GNU.sparse.minor"), minor_record},
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

/* Without a version a map tells; a version that nobody knows tells of bytes as they are. */
static bool is_sparse(const TarExtra *extra)
{
    if (extra->sparse_major == SPARSE_0)
        return extra->sparse_minor == SPARSE_0 || extra->sparse_minor == SPARSE_1;
    if (extra->sparse_major == SPARSE_1)
        return extra->sparse_minor == SPARSE_0;
    return extra->sparse_major == SPARSE_UNSAID && extra->sparse_minor == SPARSE_UNSAID &&
           extra->has_map;
}

bool pax_read(TarReader *r, uint64_t size, TarExtra *extra, Error *err)
{
    *extra = (TarExtra){.has_path = extra->long_path,
                        .long_path = extra->long_path,
                        .path_len = extra->path_len,
                        .has_link = extra->long_link,
                        .long_link = extra->long_link,
                        .link_len = extra->link_len,
                        .too_long = extra->too_long};
    sparse_clear(r);
    while (size) {
        if (!tar_fill(r, 1, err))
            return false;
        if (str_at(tar_held(r), 0) == 0) { /* padded with NULs by some writers */
            if (!tar_skip(r, size, err))
                return false;
            break;
        }
        if (!record_read(r, &size, extra, err))
            return false;
    }
    extra->sparse = is_sparse(extra);
    return true;
}
