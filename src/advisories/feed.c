/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/feed.h"

#include "archive/codec.h"
#include "archive/tar.h"
#include "archive/zip.h"

static const Feed *const rows[] = {
    &feed_alpine, &feed_chainguard, &feed_cwe,  &feed_cwe_xml,      &feed_debian,
    &feed_eol,    &feed_eol_json,   &feed_epss, &feed_exploit_db,   &feed_exploits,
    &feed_kev,    &feed_metasploit, &feed_nvd,  &feed_nodejs,       &feed_nuclei,
    &feed_osv,    &feed_seed,       &feed_ssvc, &feed_vulnrichment, &feed_wolfi,
};

const Feed *const *feeds(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

/* '*' stands for any run without a slash, "**" for any run; tried from the shortest. */
bool path_matches(Str pattern, Str path)
{
    while (pattern.len && pattern.ptr[0] != '*') {
        if (path.len == 0 || path.ptr[0] != pattern.ptr[0])
            return false;
        pattern = str_from_pos(pattern, 1);
        path = str_from_pos(path, 1);
    }
    if (pattern.len == 0)
        return path.len == 0;
    bool deep = str_starts(pattern, STR("**"));
    pattern = str_from_pos(pattern, deep ? 2 : 1);
    for (;;) {
        if (path_matches(pattern, path))
            return true;
        if (path.len == 0 || (!deep && path.ptr[0] == '/'))
            return false;
        path = str_from_pos(path, 1);
    }
}

const Feed *feed_of_path(Str path)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (Str rest = rows[i]->paths, pattern; str_next_word(&rest, &pattern);)
            if (path_matches(pattern, path))
                return rows[i];
    return NULL;
}

bool feed_has_path(const FeedFile *file, Str path)
{
    size_t low = 0, high = file->paths ? file->paths->len : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(file->paths->at[middle], path);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

void feed_note(FeedFile *file, Str what, Str why)
{
    if (!file->notes)
        return;
    Str path = arena_printf(file->notes_arena, STR_FMT "%s" STR_FMT, STR_ARG(file->path),
                            str_eq(file->path, what) ? "" : ": ",
                            STR_ARG(str_eq(file->path, what) ? (Str){0} : what));
    note_add(file->notes_arena, file->notes, path, why);
}

/* --- what several readers need --- */

const Limits feed_limits = {
    .entries = 5000000,
    .layer_bytes = UINT64_C(8) << 30,
    .ratio = 1000,
    .ratio_floor = UINT64_C(256) << 20,
    .path_bytes = 4096,
};

bool feed_csv(FeedFile *file, uint32_t source, const Str *names, size_t count, FeedRow *row,
              Error *err)
{
    MemoryStream memory;
    Csv csv CLEANUP(csv_fini);
    size_t places[FEED_COLUMNS];
    Str columns[FEED_COLUMNS];
    bool got = true;
    memory_stream_init(&memory, file->bytes);
    csv_init(&csv, &memory.stream);
    if (!csv_take_header(&csv, err))
        return false;
    for (size_t i = 0; i < count; i++)
        places[i] = csv_column(&csv, names[i]);
    if (places[0] == STR_NONE)
        return error_set(err, ERR_FORMAT, "has no column " STR_FMT, STR_ARG(names[0]));
    for (;;) {
        if (!csv_next(&csv, &got, err))
            return false;
        if (!got)
            return true;
        for (size_t i = 0; i < count; i++)
            columns[i] = places[i] == STR_NONE ? (Str){0} : str_trim(csv_field(&csv, places[i]));
        row(file, source, columns);
    }
}

static bool documents_of_zip(FeedFile *file, uint32_t source, FeedDocument *document, Error *err)
{
    Zip zip CLEANUP(zip_close) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    if (!zip_open(&zip, file->bytes, &feed_limits, file->arena, err))
        return false;
    for (size_t i = 0; i < zip.members.len; i++) {
        const ZipMember *member = &zip.members.at[i];
        Error one = {0};
        buf_clear(&text);
        if (!str_ends(member->name, STR(".json")))
            continue;
        if (zip_member_read(&zip, member, FEED_DOCUMENT, &text, &one))
            document(file, source, member->name, buf_str(&text));
        else
            feed_note(file, member->name, error_message(&one));
    }
    return true;
}

static bool documents_of_tar(FeedFile *file, uint32_t source, FeedDocument *document, Error *err)
{
    MemoryStream memory;
    TarReader tar;
    TarEntry entry;
    Buf text CLEANUP(buf_fini) = {0};
    bool end = false;
    memory_stream_init(&memory, file->bytes);
    tar_init(&tar, &memory.stream, &feed_limits, file->arena);
    while (tar_next(&tar, &entry, &end, err) && !end) {
        if (entry.type != TAR_FILE || !str_ends(entry.path, STR(".json")))
            continue;
        buf_clear(&text);
        if (!stream_read_all(tar_body(&tar), FEED_DOCUMENT, &text, err))
            return false;
        document(file, source, entry.path, buf_str(&text));
    }
    return end;
}

bool feed_documents(FeedFile *file, uint32_t source, FeedDocument *document, Error *err)
{
    if (str_ends(file->path, STR(".zip")))
        return documents_of_zip(file, source, document, err);
    if (str_contains(file->path, STR(".tar")))
        return documents_of_tar(file, source, document, err);
    document(file, source, file->path, file->bytes);
    return true;
}

Str feed_member(Json *j, Str name)
{
    Str key, value = {0};
    if (!json_enter_object(j))
        return value;
    while (json_next_key(j, &key))
        if (str_eq(key, name))
            value = json_take_str(j);
        else
            json_skip(j);
    return value;
}

void feed_strings(Json *j, Arena *arena, StrVec *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j)) {
        Str s = json_take_str(j);
        if (s.len)
            *vec_push(arena, out) = s;
    }
}

bool feed_json_ok(FeedFile *file, Json *j, Str name)
{
    Error err = {0};
    if (json_finish(j, &err))
        return true;
    feed_note(file, name, error_message(&err));
    return false;
}

bool feed_unzip(FeedFile *file, Str suffix, Buf *into, Error *err)
{
    Zip zip CLEANUP(zip_close) = {0};
    if (!zip_open(&zip, file->bytes, &feed_limits, file->arena, err))
        return false;
    for (size_t i = 0; i < zip.members.len; i++)
        if (str_ends(zip.members.at[i].name, suffix))
            return zip_member_read(&zip, &zip.members.at[i], FEED_FILE, into, err);
    return error_set(err, ERR_FORMAT, "has no member that ends in " STR_FMT, STR_ARG(suffix));
}
