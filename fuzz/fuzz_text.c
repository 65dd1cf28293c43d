/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that lie in archives and executables, apart from those; and rpm's headers. */
#include <assert.h>

#include "fuzz.h"
#include "inventory/go.h"
#include "inventory/jar.h"
#include "inventory/rpm_store.h"

static void pom(Str text, CatalogSink *sink)
{
    (void)sink;
    JarPom found = jar_pom_read(text);
    assert(found.version.len <= text.len);
}

/* A name, then a manifest. */
static void jar(Str text, CatalogSink *sink)
{
    Str base, rest;
    str_cut(text, '\n', &base, &rest);
    JarManifest manifest = jar_manifest_read(sink->arena, rest);
    JarName name = jar_name_read(base);
    JarPom xml = jar_pom_read(rest);
    JarPomVec poms = {0};
    *vec_push(sink->arena, &poms) = (JarPom){.artifact = name.artifact, .version = xml.version};
    *vec_push(sink->arena, &poms) = xml;
    const JarPom *chosen = jar_main_pom(&poms, &name, base);
    assert(!chosen || chosen == &poms.at[0] || chosen == &poms.at[1]);
    const JarClasses classes = {.folder = name.artifact, .any = text.len % 2};
    JarIdentity identity = jar_identity(&manifest, &name, text.len % 3 ? &xml : NULL, &classes);
    assert(identity.source < JAR_SOURCES);
}

static void symbol(Str text, CatalogSink *sink)
{
    Str path, name;
    if (go_symbol_split(sink->arena, text, &path, &name))
        assert(go_symbol_outer(name).len <= name.len);
}

static void rpm(Str text, CatalogSink *sink)
{
    const CatalogFile file = {.path = STR("var/lib/rpm/Packages"), .bytes = text};
    RpmStore store = {.bytes = text, .file = &file, .sink = sink, .budget = 1 << 20};
    rpm_store_blob(&store, text, 0);
    buf_fini(&store.blob);
}

static const struct {
    const char *name;
    void (*run)(Str text, CatalogSink *sink);
} rows[] = {{"pom", pom}, {"jar", jar}, {"go_symbol", symbol}, {"rpm_header", rpm}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Limits limits = LIMITS_DEFAULT;
    CatalogSink sink = {.arena = fuzz_arena(64 << 10), .limits = &limits};
    FUZZ_ROW(rows)->run(str_of(data, size), &sink);
    return 0;
}
