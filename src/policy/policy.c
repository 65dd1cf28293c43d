/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include "base/compiler.h"

Severity policy_severity_of_cvss(const Policy *policy, double cvss)
{
    for (Severity s = SEVERITY_CRITICAL; s >= SEVERITY_LOW; s--)
        if (cvss >= policy->cvss[s])
            return s;
    return SEVERITY_UNKNOWN;
}

Severity policy_severity(const Policy *policy, Str word, double cvss)
{
    word = str_trim(word);
    for (size_t i = 0; i < policy->labels.len; i++)
        if (str_eq_fold(policy->labels.at[i].word, word)) {
            if (policy->labels.at[i].severity != SEVERITY_UNKNOWN)
                return policy->labels.at[i].severity;
            break;
        }
    for (Severity s = SEVERITY_NEGLIGIBLE; s < SEVERITIES; s++)
        if (str_eq_fold(severity_name(s), word))
            return s;
    return policy_severity_of_cvss(policy, cvss);
}

Str policy_band(const Policy *policy, int32_t score)
{
    Str name = STR("NONE");
    for (size_t i = 0; i < policy->band_count; i++)
        if (score >= policy->bands[i].from)
            name = policy->bands[i].name;
    return name;
}

const ContextValue *policy_context_find(const Policy *policy, Str property, Str value)
{
    for (size_t i = 0; i < policy->context.len; i++)
        if (str_eq(policy->context.at[i].value, value) &&
            str_eq(policy->context.at[i].property, property))
            return &policy->context.at[i];
    return NULL;
}

/* Said of a finding, never of its environment. */
static bool is_of_finding(Str property)
{
    return str_eq(property, STR("code")) || str_eq(property, STR("fix"));
}

/* " high, low, normal": the values of a property, or, without one, the properties. */
static Str known_words(const Policy *policy, Str property, Arena *arena)
{
    Str out = {0}, last = {0};
    for (size_t i = 0; i < policy->context.len; i++) {
        const ContextValue *row = &policy->context.at[i];
        if (property.len ? !str_eq(row->property, property)
                         : str_eq(row->property, last) || is_of_finding(row->property))
            continue;
        last = row->property;
        out = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(out), out.len ? ", " : "",
                           STR_ARG(property.len ? row->value : row->property));
    }
    return out;
}

static bool mission_check(const ContextProperty *property, Error *err)
{
    static const Str words[] = {STR_INIT("low"), STR_INIT("medium"), STR_INIT("high")};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (property->values.len == 1 && str_eq(property->values.at[0], words[i]))
            return true;
    return error_set(err, ERR_USAGE, "context mission: one of low, medium, high");
}

static bool property_check(const Policy *policy, const ContextProperty *property, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str name = property->name;
    if (str_eq(name, STR("mission")))
        return mission_check(property, err);
    Str values =
        is_of_finding(name) || name.len == 0 ? (Str){0} : known_words(policy, name, &arena);
    if (values.len == 0)
        return error_set(
            err, ERR_USAGE, "context: unknown property '" STR_FMT "'; known: " STR_FMT ", mission",
            STR_ARG(str_head(name, 60)), STR_ARG(known_words(policy, (Str){0}, &arena)));
    for (size_t i = 0; i < property->values.len; i++)
        if (!policy_context_find(policy, name, property->values.at[i]))
            return error_set(
                err, ERR_USAGE, "context " STR_FMT ": unknown value '" STR_FMT "'; known: " STR_FMT,
                STR_ARG(name), STR_ARG(str_head(property->values.at[i], 60)), STR_ARG(values));
    return true;
}

bool policy_context_check(const Policy *policy, const Context *context, Error *err)
{
    for (size_t i = 0; i < context->properties.len; i++)
        if (!property_check(policy, &context->properties.at[i], err))
            return false;
    return true;
}
