/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/zip.h"
#include "base/buf.h"
#include "inventory/language.h"

/* What pip, setuptools and distutils leave behind for an installed distribution:
 * *.dist-info/METADATA,
 * *.egg-info/PKG-INFO, a bare *.egg-info file, and EGG-INFO/PKG-INFO in an unpacked egg. All are
 * headers as in RFC 822, with folded lines, that end at the first empty line. An egg may also be a
 * zip that holds EGG-INFO/PKG-INFO. */

static bool python_wants(Str path, Str base)
{
    Str dir = path_base(path_dir(path));
    if (str_eq(base, STR("METADATA")))
        return str_ends_fold(dir, STR(".dist-info"));
    if (str_eq(base, STR("PKG-INFO")))
        return str_ends_fold(dir, STR(".egg-info")) || str_eq_fold(dir, STR("EGG-INFO"));
    return str_ends(base, STR(".egg-info")) || str_ends(base, STR(".egg"));
}

typedef struct Metadata {
    Str name, version, licence, expression;
    StrVec classifiers; /* of licences, their last part */
} Metadata;

static void take_header(Arena *arena, Metadata *out, Str header, Str value)
{
    const struct {
        Str header;
        Str *value;
    } known[] = {{STR("Name"), &out->name},
                 {STR("Version"), &out->version},
                 {STR("License"), &out->licence},
                 {STR("License-Expression"), &out->expression}};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_eq_fold(known[i].header, header) && known[i].value->len == 0)
            *known[i].value = value;
    Str above, last;
    if (str_eq_fold(header, STR("Classifier")) && str_starts(value, STR("License ::")) &&
        str_rcut(value, ':', &above, &last) && !str_eq(str_trim(last), STR("OSI Approved")))
        *vec_push(arena, &out->classifiers) = str_trim(last);
}

/* Continuation lines only ever belong to long values; of the ones we want, a folded licence is a
 * whole text and no name, so it is dropped. */
static void take_metadata(Arena *arena, Str text, Metadata *out)
{
    Str line, header = {0}, value;
    while (str_next_line(&text, &line) && line.len > 0) {
        if (char_is_space(line.ptr[0])) {
            if (str_eq_fold(header, STR("License")))
                out->licence = (Str){0};
            continue;
        }
        if (str_cut(line, ':', &header, &value))
            take_header(arena, out, header, str_trim(value));
    }
}

/* "Django-3.2.dist-info", "six-1.16.0-py3.11.egg-info", "x-1.0-py3.8.egg/EGG-INFO". */
static void identity_from_path(Str path, Metadata *out)
{
    Str stem = path_base(path), name, version, rest;
    if (!str_ends_fold(stem, STR(".egg-info")) && !str_ends(stem, STR(".egg")))
        stem = path_base(path_dir(path));
    if (str_eq_fold(stem, STR("EGG-INFO")))
        stem = path_base(path_dir(path_dir(path)));
    str_rcut(stem, '.', &stem, &rest);
    if (!str_cut(stem, '-', &name, &version))
        return;
    str_cut(version, '-', &version, &rest);
    if (out->name.len == 0)
        out->name = name;
    if (out->version.len == 0)
        out->version = version;
}

/* https://packaging.python.org/en/latest/specifications/name-normalization/ */
static bool name_ok(Str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!char_is_alnum(name.ptr[i]) && str_find_char(STR("._-"), name.ptr[i]) == STR_NONE)
            return false;
    return name.len > 0;
}

static bool egg_text(const CatalogFile *file, CatalogSink *sink, Arena *arena, Buf *out)
{
    Error err = {0};
    Zip zip;
    bool ok = zip_open(&zip, file->bytes, sink->limits, arena, &err);
    for (size_t i = 0; ok && i < zip.members.len; i++)
        if (str_eq(zip.members.at[i].name, STR("EGG-INFO/PKG-INFO"))) {
            ok = zip_member_read(&zip, &zip.members.at[i], sink->limits->document_bytes, out, &err);
            break;
        }
    zip_close(&zip);
    if (!ok)
        sink_incomplete(sink, file->path, "%s", err.message);
    return ok;
}

static void python_read(const CatalogFile *file, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Buf unpacked CLEANUP(buf_fini) = {0};
    Metadata metadata = {0};
    Str text;
    arena_init(&scratch);
    if (str_ends(path_base(file->path), STR(".egg"))) {
        if (!egg_text(file, sink, &scratch, &unpacked))
            return;
        text = buf_str(&unpacked);
    } else if (!language_text(file, sink, &text)) {
        return;
    }
    take_metadata(&scratch, text, &metadata);
    bool stated = metadata.name.len && metadata.version.len;
    if (!stated)
        identity_from_path(file->path, &metadata);
    if (metadata.name.len == 0 || metadata.version.len == 0) {
        sink_incomplete(sink, file->path, "Python metadata without name or version");
        return;
    }
    if (!name_ok(metadata.name)) {
        sink_note(sink, file->path, "no Python distribution has such a name: passed over");
        return;
    }
    Package *package = language_package(sink, PACKAGE_PYPI, file, metadata.name, metadata.version);
    if (!package)
        return;
    package->confidence = stated ? 1 : .8;
    package->found_by = stated ? STR("python: metadata") : STR("python: folder name");
    if (metadata.expression.len)
        language_licence(sink, package, metadata.expression);
    else
        language_licence(sink, package, metadata.licence);
    for (size_t i = 0; i < metadata.classifiers.len && metadata.expression.len == 0; i++)
        language_licence(sink, package, metadata.classifiers.at[i]);
}

const Cataloger cataloger_python = {
    .name = "python",
    .summary = "Python distributions: dist-info, egg-info, eggs",
    .spec = "https://packaging.python.org/en/latest/specifications/core-metadata/",
    .wants_path = python_wants,
    .read = python_read,
};
