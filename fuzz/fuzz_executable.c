/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"
#include "inventory/cataloger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const Cataloger cataloger_executable;

static void check_sorted(Str symbols)
{
    Reader r = reader_of(symbols);
    uint64_t before = 0;
    if (symbols.len % 4)
        __builtin_trap();
    for (size_t i = 0; i < symbols.len / 4; i++) {
        uint64_t value = (uint64_t)reader_u32le(&r) + 1;
        if (value <= before)
            __builtin_trap();
        before = value;
    }
}

/* What is found points into what is there, and symbols are a sorted set. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    arena_init(&arena);
    CatalogSink sink = {.arena = &arena, .limits = &limits};
    CatalogFile file = {.path = STR("bin/x.exe"), .bytes = str_of(data, size)};
    limits.document_bytes = 1 << 20;
    cataloger_executable.read(&file, &sink);
    for (size_t i = 0; i < sink.executables.len; i++)
        check_sorted(sink.executables.at[i].symbols);
    for (size_t i = 0; i < sink.packages.len; i++)
        if (sink.packages.at[i].executable != EXECUTABLE_NONE &&
            sink.packages.at[i].executable >= sink.executables.len)
            __builtin_trap();
    return 0;
}
