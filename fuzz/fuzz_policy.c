/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "fuzz.h"
#include "policy/policy.h"

/* What was taken in answers for any word. */
static void ask(const Policy *policy, Str word, Arena *arena)
{
    Context context = {0};
    Error err = {0};
    Str name, value;
    str_cut(word, '=', &name, &value);
    context_set(arena, &context, name, value, (Str){0});
    if (!policy_context_check(policy, &context, &err))
        assert(err.message[0]);
    assert(policy_severity(policy, word, 5) < SEVERITIES);
    assert(policy_band(policy, (int32_t)word.len).len);
    for (FindingKind kind = 0; kind < FINDING_KINDS; kind++)
        assert(policy_level_class(kind) < LEVEL_CLASSES);
    assert(policy_fixed_find(name) == POLICY_NONE || policy_fixed_find(name) < POLICY_FIXED);
    assert(policy_escape_find(name) == POLICY_NONE || policy_escape_find(name) < POLICY_ESCAPES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = fuzz_arena(256 << 10);
    Error err = {0};
    const Policy *policy;
    Str line, text = str_of(data, size), rest = text;
    if (!policy_load(text, STR("policy"), arena, &policy, &err)) {
        assert(err.message[0]);
        return 0;
    }
    assert(policy->band_count && policy->age_count && policy->alpha >= 1);
    if (str_next_line(&rest, &line))
        ask(policy, str_trim(line), arena);
    return 0;
}
