/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/sink.h"

/* apk's database of installed packages: paragraphs of one-letter fields. F names a directory, R a
 * file in the last one named, and all of them belong to the paragraph's package. A paragraph ends
 * with an empty line; fields that mean nothing here are passed over. */
typedef struct ApkEntry {
    Str name, version, arch, origin, licence, maintainer;
    Str dir;
} ApkEntry;

typedef struct ApkParse {
    const CatalogFile *file;
    CatalogSink *sink;
    Buf path; /* of an owned file, being put together */
    size_t bad, first_bad_line;
} ApkParse;

static void bad_at(ApkParse *parse, size_t line)
{
    if (parse->bad++ == 0)
        parse->first_bad_line = line;
}

static bool wants_path(Str path, Str base)
{
    (void)base;
    return str_eq(path, STR("lib/apk/db/installed")) ||
           str_eq(path, STR("usr/lib/apk/db/installed"));
}

/* `apk add --virtual` leaves packages without content, whose names begin with a dot. */
static void entry_end(ApkParse *parse, ApkEntry *entry, size_t line)
{
    Arena *arena = parse->sink->arena;
    bool empty = entry->name.len == 0 && entry->version.len == 0;
    if (!empty && !(text_is_word(entry->name) && text_is_word(entry->version)))
        bad_at(parse, line);
    if (entry->name.len == 0 || entry->version.len == 0) {
        /* nothing that could be compared */
    } else if (str_at(entry->name, 0) != '.') {
        Package *package = sink_package(parse->sink, PACKAGE_APK, parse->file);
        package->name = arena_str(arena, entry->name);
        package->version = arena_str(arena, entry->version);
        package->arch = arena_str(arena, entry->arch);
        package->source_name = arena_str(arena, entry->origin);
        package->vendor = arena_str(arena, entry->maintainer);
        package->found_by = STR("apk: installed");
        if (entry->licence.len)
            *vec_push(arena, &package->licences) = arena_str(arena, entry->licence);
    }
    *entry = (ApkEntry){0};
}

/* A name or a version that comes again: the line between two paragraphs was lost. */
static void entry_take(ApkParse *parse, ApkEntry *entry, char field, Str value, size_t line)
{
    if ((field == 'P' && entry->name.len) || (field == 'V' && entry->version.len))
        bad_at(parse, line);
    switch (field) {
    case 'P':
        entry->name = value;
        break;
    case 'V':
        entry->version = value;
        break;
    case 'A':
        entry->arch = value;
        break;
    case 'o':
        entry->origin = value;
        break;
    case 'L':
        entry->licence = value;
        break;
    case 'm':
        entry->maintainer = value;
        break;
    case 'F':
        entry->dir = value;
        break;
    case 'R':
        if (entry->name.len)
            sink_own_in(parse->sink, entry->name, entry->dir, value, &parse->path);
        break;
    default:
        break;
    }
}

static void read_installed(const CatalogFile *file, CatalogSink *sink)
{
    ApkParse parse = {.file = file, .sink = sink};
    ApkEntry entry = {0};
    Str rest = file->bytes, line;
    size_t number = 0;
    while (str_next_line(&rest, &line)) {
        number++;
        if (line.len == 0)
            entry_end(&parse, &entry, number);
        else if (str_at(line, 1) == ':')
            entry_take(&parse, &entry, line.ptr[0], str_trim(str_from_pos(line, 2)), number);
        else
            bad_at(&parse, number);
    }
    entry_end(&parse, &entry, number);
    if (text_is_torn(file->bytes))
        bad_at(&parse, number);
    buf_fini(&parse.path);
    if (parse.bad)
        sink_incomplete(sink, file->path, "%zu places that are no apk database, first in line %zu",
                        parse.bad, parse.first_bad_line);
}

const Cataloger cataloger_apk = {
    .name = "apk",
    .summary = "packages of Alpine, Wolfi and Chainguard",
    .spec = "https://wiki.alpinelinux.org/wiki/Apk_spec",
    .wants_path = wants_path,
    .read = read_installed,
};
