/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/codec.h"
#include "base/json.h"
#include "inventory/language.h"
#include "inventory/sink.h"

/* Chisel cuts Ubuntu's packages into slices and installs no package database (rule 6). What it
 * leaves is a jsonwall, a JSON value a line in the order of their bytes, packed by zstd:
 *
 *     {"jsonwall":"1.0","schema":"1.0","count":3}
 *     {"kind":"package","name":"libc6","version":"2.39-0ubuntu8.4","sha256":"..","arch":"amd64"}
 *     {"kind":"path","path":"/etc/","mode":"0755","slices":["base-files_base"]}
 *
 * Source packages are not in it, and advisories are about those. */

static bool chisel_wants(Str path, Str base)
{
    (void)base;
    return str_eq(path, STR("var/lib/chisel/manifest.wall"));
}

typedef struct Line {
    Str kind, name, version, arch, path;
    StrVec slices;
} Line;

static void take_slices(Json *j, Line *out)
{
    json_enter_array(j);
    while (json_next_item(j))
        *vec_push(j->arena, &out->slices) = json_take_str(j);
}

static bool take_line(Json *j, Line *out)
{
    const struct {
        Str key;
        Str *value;
    } known[] = {{STR("kind"), &out->kind},
                 {STR("name"), &out->name},
                 {STR("version"), &out->version},
                 {STR("arch"), &out->arch},
                 {STR("path"), &out->path}};
    Error err = {0};
    Str key;
    json_enter_object(j);
    while (json_next_key(j, &key)) {
        size_t i = 0;
        while (i < COUNT_OF(known) && !str_eq(known[i].key, key))
            i++;
        if (i < COUNT_OF(known))
            *known[i].value = json_take_str(j);
        else if (str_eq(key, STR("slices")) && json_peek(j) == JSON_ARRAY)
            take_slices(j, out);
        else
            json_skip(j);
    }
    return json_finish(j, &err);
}

/* A slice is PACKAGE_PART; package names have no underscore. */
static void own(const Line *line, CatalogSink *sink)
{
    Str package, part;
    for (size_t i = 0; i < line->slices.len; i++)
        if (str_cut(line->slices.at[i], '_', &package, &part) && package.len)
            sink_own(sink, package, str_trim_char(line->path, '/'));
}

static void add(const Line *line, const CatalogFile *file, CatalogSink *sink)
{
    Package *package = language_package(sink, PACKAGE_DEB, file, line->name, line->version);
    if (!package)
        return;
    package->arch = arena_str(sink->arena, line->arch);
    package->found_by = STR("chisel: manifest");
}

static void read_wall(const CatalogFile *file, CatalogSink *sink, Str text)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Str row;
    size_t number = 0, bad = 0, first_bad = 0, found = sink->packages.len;
    arena_init(&scratch);
    while (str_next_line(&text, &row)) {
        ArenaMark mark = arena_mark(&scratch);
        Line line = {0};
        Json j;
        number++;
        json_init(&j, row, &scratch);
        if (json_peek(&j) != JSON_OBJECT || !take_line(&j, &line)) {
            if (str_trim(row).len && bad++ == 0)
                first_bad = number;
        } else if (str_eq(line.kind, STR("package"))) {
            add(&line, file, sink);
        } else if (str_eq(line.kind, STR("path"))) {
            own(&line, sink);
        }
        arena_reset(&scratch, mark);
    }
    if (bad)
        sink_incomplete(sink, file->path, "%zu lines that are no JSON, first line %zu", bad,
                        first_bad);
    if (sink->packages.len > found)
        sink_incomplete(sink, file->path,
                        "chisel names no source packages: what is built from a source of another "
                        "name is unknown, not clean");
}

static void chisel_read(const CatalogFile *file, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    Error err = {0};
    MemoryStream packed;
    Stream *plain = NULL;
    const Codec *codec;
    arena_init(&scratch);
    memory_stream_init(&packed, file->bytes);
    bool ok = codec_open(&scratch, &packed.stream, sink->limits, &plain, &codec, &err) &&
              stream_read_all(plain, sink->limits->document_bytes, &text, &err);
    stream_close(plain);
    if (!ok)
        sink_incomplete(sink, file->path, "%s", err.message);
    read_wall(file, sink, buf_str(&text));
}

const Cataloger cataloger_chisel = {
    .name = "chisel",
    .summary = "Ubuntu packages that chisel cut into slices",
    .spec = "https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/",
    .wants_path = chisel_wants,
    .read = chisel_read,
};
