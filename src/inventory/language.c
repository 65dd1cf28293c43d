/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/language.h"

enum { NAME_LIMIT = 512, VERSION_LIMIT = 256, LICENCE_LIMIT = 120, LICENCES = 16 };

Str path_base(Str path)
{
    Str dir, base;
    return str_rcut(path, '/', &dir, &base) ? base : path;
}

Str path_dir(Str path)
{
    Str dir, base;
    return str_rcut(path, '/', &dir, &base) ? dir : (Str){0};
}

bool language_text(const CatalogFile *file, CatalogSink *sink, Str *out)
{
    if (file->bytes.len > sink->limits->document_bytes) {
        sink_incomplete(sink, file->path, "longer than such a file may be: not examined");
        return false;
    }
    bool marked = str_starts(file->bytes, STR("\xef\xbb\xbf"));
    *out = str_from_pos(file->bytes, marked ? 3 : 0);
    return true;
}

static bool word_ok(Str word, size_t limit)
{
    if (word.len == 0 || word.len > limit || !str_is_utf8(word))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.ptr[i] <= ' ' || word.ptr[i] == 0x7f)
            return false;
    return true;
}

Package *language_package(CatalogSink *sink, PackageType type, const CatalogFile *file, Str name,
                          Str version)
{
    if (!word_ok(name, NAME_LIMIT) || !word_ok(version, VERSION_LIMIT)) {
        sink_note(sink, file->path, "%s of the " STR_FMT " package cannot be one: passed over",
                  word_ok(name, NAME_LIMIT) ? "version" : "name", STR_ARG(package_type_name(type)));
        return NULL;
    }
    if (sink->packages.len >= sink->limits->packages) {
        sink_incomplete(sink, STR("packages"), "more than %u: the rest is not listed",
                        sink->limits->packages);
        return NULL;
    }
    Package *package = sink_package(sink, type, file);
    package->name = arena_str(sink->arena, name);
    package->version = arena_str(sink->arena, version);
    package->confidence = 1;
    return package;
}

void language_licence(CatalogSink *sink, Package *package, Str licence)
{
    licence = str_trim(licence);
    if (licence.len == 0 || licence.len > LICENCE_LIMIT || package->licences.len == LICENCES ||
        !str_is_utf8(licence) || str_eq_fold(licence, STR("UNKNOWN")) ||
        str_find_char(licence, '\n') != STR_NONE)
        return;
    for (size_t i = 0; i < package->licences.len; i++)
        if (str_eq(package->licences.at[i], licence))
            return;
    *vec_push(sink->arena, &package->licences) = arena_str(sink->arena, licence);
}
