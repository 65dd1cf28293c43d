/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "inventory/language.h"

/* vendor/composer/installed.json: a list of packages (Composer 1), or an object that holds the list
 * under "packages" (Composer 2). Packages for development are installed too, so they count. */

static bool composer_wants(Str path, Str base)
{
    return str_eq(base, STR("installed.json")) &&
           str_eq(path_base(path_dir(path)), STR("composer"));
}

static void take_strings(Json *j, StrVec *out)
{
    json_enter_array(j);
    while (json_next_item(j))
        *vec_push(j->arena, out) = json_take_str(j);
}

static void take_package(Json *j, const CatalogFile *file, CatalogSink *sink)
{
    Str key, name = {0}, version = {0};
    StrVec licences = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("name")))
            name = json_take_str(j);
        else if (str_eq(key, STR("version")))
            version = json_take_str(j);
        else if (str_eq(key, STR("license")) && json_peek(j) == JSON_ARRAY)
            take_strings(j, &licences);
        else
            json_skip(j);
    if (!j->why && (name.len == 0 || version.len == 0))
        sink_incomplete(sink, file->path, "a package without a name or a version");
    Package *package =
        j->why ? NULL : language_package(sink, PACKAGE_COMPOSER, file, name, version);
    if (!package)
        return;
    package->found_by = STR("composer: installed.json");
    for (size_t i = 0; i < licences.len; i++)
        language_licence(sink, package, licences.at[i]);
}

static void take_list(Json *j, const CatalogFile *file, CatalogSink *sink)
{
    json_enter_array(j);
    while (json_next_item(j))
        take_package(j, file, sink);
}

static void composer_read(const CatalogFile *file, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str key, text;
    Json j;
    arena_init(&scratch);
    if (!language_text(file, sink, &text))
        return;
    json_init(&j, text, &scratch);
    if (json_peek(&j) == JSON_ARRAY) {
        take_list(&j, file, sink);
    } else if (json_enter_object(&j)) {
        while (json_next_key(&j, &key))
            if (str_eq(key, STR("packages")) && json_peek(&j) == JSON_ARRAY)
                take_list(&j, file, sink);
            else
                json_skip(&j);
    } else {
        json_fail(&j, "neither a list nor an object");
    }
    if (!json_finish(&j, &err))
        sink_incomplete(sink, file->path, "installed.json: %s", err.message);
}

const Cataloger cataloger_composer = {
    .name = "composer",
    .summary = "PHP packages that Composer installed: vendor/composer/installed.json",
    .spec = "https://getcomposer.org/doc/04-schema.md",
    .wants_path = composer_wants,
    .read = composer_read,
};
