/* SPDX-License-Identifier: Apache-2.0 */
#include "base/toml.h"
#include "fuzz.h"

static size_t count(const TomlValue *value)
{
    size_t total = 1;
    for (const TomlValue *child = value->first; child; child = child->next) {
        if (value->kind == TOML_TABLE && toml_find(value, child->key) != child)
            __builtin_trap();
        total += count(child);
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const TomlValue *root;
    if (toml_parse(str_of(data, size), &arena, &root, &err) && count(root) > 4 * size + 1)
        __builtin_trap();
    return 0;
}
