/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/go.h"
#include "inventory/jar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const Cataloger cataloger_npm, cataloger_python, cataloger_gem, cataloger_composer;

/* The readers of texts; the first byte chooses. */
static void read_text(unsigned which, Str text, CatalogSink *sink)
{
    static const struct {
        const Cataloger *row;
        Str path;
    } rows[] = {
        {&cataloger_npm, STR_INIT("node_modules/@a/b/package.json")},
        {&cataloger_python, STR_INIT("s/x-1.0.dist-info/METADATA")},
        {&cataloger_gem, STR_INIT("specifications/x-1.0.gemspec")},
        {&cataloger_composer, STR_INIT("vendor/composer/installed.json")},
    };
    Str path, symbol;
    JarManifest manifest;
    JarName name;
    JarPom pom;
    switch (which % 7) {
    case 4:
        pom = jar_pom_read(text);
        if (pom.version.len > text.len)
            __builtin_trap();
        break;
    case 5:
        manifest = jar_manifest_read(sink->arena, text);
        name = jar_name_read(str_head(text, 40));
        jar_identity(&manifest, &name, NULL, &(JarClasses){.folder = text, .any = true});
        break;
    case 6:
        if (go_symbol_split(sink->arena, text, &path, &symbol) &&
            go_symbol_outer(symbol).len > symbol.len)
            __builtin_trap();
        break;
    default:
        rows[which % 7].row->read(&(CatalogFile){.path = rows[which % 7].path, .bytes = text},
                                  sink);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    arena_init(&arena);
    CatalogSink sink = {.arena = &arena, .limits = &limits};
    if (size == 0)
        return 0;
    read_text(data[0], str_of(data + 1, size - 1), &sink);
    for (size_t i = 0; i < sink.packages.len; i++)
        if (!sink.packages.at[i].name.len || !sink.packages.at[i].version.len ||
            !str_is_utf8(sink.packages.at[i].name))
            __builtin_trap();
    return 0;
}
