/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "inventory/language.h"

/* A package.json says that a package is installed only where Node.js would look for packages, and
 * only at the root of one: editor extensions, test fixtures and the package.json files inside a
 * package that set "type" are none (rule 43). The folder's name is NAME or @SCOPE/NAME below
 * node_modules, or below Debian's place for the same. */
static Str installed_name(Str path)
{
    Str dir = path_dir(path), name = path_base(dir), above = path_dir(dir);
    if (str_starts(path_base(above), STR("@"))) {
        above = path_dir(above);
        name = str_from_pos(dir, above.len ? above.len + 1 : 0);
    }
    bool installed = str_eq(path_base(above), STR("node_modules")) ||
                     str_eq(above, STR("usr/share/nodejs")) || str_eq(above, STR("usr/lib/nodejs"));
    return installed && !str_starts(name, STR(".")) ? name : (Str){0};
}

static bool npm_wants(Str path, Str base)
{
    return str_eq(base, STR("package.json")) && installed_name(path).len > 0;
}

/* https://docs.npmjs.com/cli/configuring-npm/package-json#name, and what was allowed before. */
static bool part_ok(Str part)
{
    for (size_t i = 0; i < part.len; i++)
        if (!char_is_alnum(part.ptr[i]) && str_find_char(STR("-._~!'()*"), part.ptr[i]) == STR_NONE)
            return false;
    return part.len > 0 && part.len <= 214;
}

static bool name_ok(Str name)
{
    Str scope, part;
    if (!str_starts(name, STR("@")))
        return part_ok(name);
    return str_cut(str_from_pos(name, 1), '/', &scope, &part) && part_ok(scope) && part_ok(part);
}

typedef struct Manifest {
    Str name, version;
    StrVec licences;
} Manifest;

/* "MIT", {"type": "MIT", ...}, or a list of these. */
static void take_licences(Json *j, Manifest *out, bool list_allowed)
{
    Str key;
    switch (json_peek(j)) {
    case JSON_STRING:
        *vec_push(j->arena, &out->licences) = json_take_str(j);
        break;
    case JSON_OBJECT:
        json_enter_object(j);
        while (json_next_key(j, &key))
            if (str_eq(key, STR("type")))
                *vec_push(j->arena, &out->licences) = json_take_str(j);
            else
                json_skip(j);
        break;
    case JSON_ARRAY:
        if (list_allowed) {
            json_enter_array(j);
            while (json_next_item(j))
                take_licences(j, out, false);
            break;
        }
        json_skip(j);
        break;
    default:
        json_skip(j);
    }
}

static void take_manifest(Json *j, Manifest *out)
{
    Str key;
    if (!json_enter_object(j)) {
        json_fail(j, "no object");
        return;
    }
    while (json_next_key(j, &key))
        if (str_eq(key, STR("name")))
            out->name = json_take_str(j);
        else if (str_eq(key, STR("version")))
            out->version = str_trim(json_take_str(j));
        else if (str_eq(key, STR("license")) || str_eq(key, STR("licenses")))
            take_licences(j, out, true);
        else
            json_skip(j);
}

/* What stands before a syntax error counts: the package's files are there all the same. */
static void npm_read(const CatalogFile *file, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Manifest manifest = {0};
    Error err = {0};
    Str text;
    Json j;
    arena_init(&scratch);
    if (!language_text(file, sink, &text))
        return;
    json_init(&j, text, &scratch);
    take_manifest(&j, &manifest);
    if (!json_finish(&j, &err))
        sink_incomplete(sink, file->path, "package.json: %s", err.message);
    if (manifest.name.len == 0)
        manifest.name = installed_name(file->path);
    if (manifest.version.len == 0)
        return;
    if (!name_ok(manifest.name)) {
        sink_note(sink, file->path, "no npm package has such a name: passed over");
        return;
    }
    Package *package = language_package(sink, PACKAGE_NPM, file, manifest.name, manifest.version);
    if (!package)
        return;
    package->found_by = STR("npm: package.json");
    for (size_t i = 0; i < manifest.licences.len; i++)
        language_licence(sink, package, manifest.licences.at[i]);
}

const Cataloger cataloger_npm = {
    .name = "npm",
    .summary = "Node.js packages that are installed: package.json in node_modules",
    .spec = "https://docs.npmjs.com/cli/configuring-npm/package-json",
    .wants_path = npm_wants,
    .read = npm_read,
};
