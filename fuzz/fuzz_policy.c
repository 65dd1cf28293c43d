/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Policy *policy;
    if (!policy_load(str_of(data, size), STR("policy"), &arena, &policy, &err))
        return 0;
    if (policy->band_count == 0 || policy->age_count == 0 || !(policy->alpha >= 1))
        __builtin_trap();
    return 0;
}
