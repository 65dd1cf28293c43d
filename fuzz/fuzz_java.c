/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/cataloger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const Cataloger cataloger_java, cataloger_python;

/* Small limits, so that they are met. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    arena_init(&arena);
    CatalogSink sink = {.arena = &arena, .limits = &limits};
    limits.file_bytes = 64 << 10;
    limits.document_bytes = 64 << 10;
    limits.entries = 1000;
    Str bytes = str_of(data, size);
    cataloger_java.read(&(CatalogFile){.path = STR("opt/app-1.0.ear"), .bytes = bytes}, &sink);
    cataloger_python.read(&(CatalogFile){.path = STR("s/x-1.5-py2.7.egg"), .bytes = bytes}, &sink);
    for (size_t i = 0; i < sink.packages.len; i++)
        if (!sink.packages.at[i].name.len || !sink.packages.at[i].version.len)
            __builtin_trap();
    return 0;
}
