/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rows.h"

bool policy_load(Str text, Str name, Arena *arena, const Policy **out, Error *err)
{
    *out = &policy_compiled;
    return text.len == 0 || policy_read(text, name, arena, out, err);
}
