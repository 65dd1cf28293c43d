/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rows.h"

#include <stddef.h>

/* Weights and multipliers have no natural upper bound; this one only keeps sums within 64 bits. */
#define MUCH 1000.0

const PolicyScalar policy_scalars[POLICY_SCALARS] = {
    {STR_INIT("p_max"), offsetof(Policy, p_max), 0, 1, true},
    {STR_INIT("alpha"), offsetof(Policy, alpha), 1, 64, false},
    {STR_INIT("beta_app"), offsetof(Policy, beta_app), 1, 64, false},
    {STR_INIT("rho0"), offsetof(Policy, rho0), 0, 1, false},
    {STR_INIT("automatable"), offsetof(Policy, automatable), 0, MUCH, false},
    {STR_INIT("observation_hours"), offsetof(Policy, observation_hours), 0, 1e6, false},
};

static Str key_severity(size_t i)
{
    return severity_name((Severity)i);
}

static Str key_rated(size_t i)
{
    return severity_name((Severity)(i + SEVERITY_LOW));
}

static Str key_evidence(size_t i)
{
    return i == EVIDENCE_EPSS ? STR("epss") : exploit_name((Exploit)i);
}

const char policy_av_letters[AVS + 1] = "NALP?";

static Str key_av(size_t i)
{
    return str_of(&policy_av_letters[i], 1);
}

static Str key_kind(size_t i)
{
    return finding_kind_name((FindingKind)i);
}

/* Sorted, so that products over them have one order. */
static const Str fixed_names[POLICY_FIXED] = {
    STR_INIT("abnormal_network"), STR_INIT("host_abnormal_network"),
    STR_INIT("privilege_escalation"), STR_INIT("wan_access"), STR_INIT("wan_listen")};

Str policy_fixed_name(size_t i)
{
    return fixed_names[i];
}

static const Str escape_names[POLICY_ESCAPES] = {
    STR_INIT("cap_sys_admin"),  STR_INIT("cap_sys_module"),  STR_INIT("cap_sys_ptrace"),
    STR_INIT("docker_sock_rw"), STR_INIT("host_ipc"),        STR_INIT("host_net"),
    STR_INIT("host_pid"),       STR_INIT("hostpath_etc_rw"), STR_INIT("hostpath_root_rw"),
    STR_INIT("no_seccomp"),     STR_INIT("no_userns_root"),  STR_INIT("privileged")};

Str policy_escape_name(size_t i)
{
    return escape_names[i];
}

static Str key_confidence(size_t i)
{
    static const Str names[CONFIDENCES] = {
        [CONFIDENCE_ADVISORY] = STR_INIT("advisory"),
        [CONFIDENCE_RANGE] = STR_INIT("range"),
        [CONFIDENCE_VERSION] = STR_INIT("version"),
        [CONFIDENCE_CPE] = STR_INIT("cpe"),
        [CONFIDENCE_HEURISTIC] = STR_INIT("heuristic"),
        [CONFIDENCE_SIGNATURE] = STR_INIT("signature"),
        [CONFIDENCE_BENCHMARK] = STR_INIT("benchmark"),
    };
    return names[i];
}

const PolicyNumbers policy_numbers[POLICY_NUMBERS] = {
    {STR_INIT("floor"), key_severity, SEVERITIES, offsetof(Policy, floor), 0, .5, false},
    {STR_INIT("sevmid"), key_severity, SEVERITIES, offsetof(Policy, sevmid), 0, 10, false},
    {STR_INIT("evidence"), key_evidence, EXPLOITS + 1, offsetof(Policy, evidence), 0, 1, true},
    {STR_INIT("av"), key_av, AVS, offsetof(Policy, av), 0, 1, false},
    {STR_INIT("weight"), key_kind, FINDING_KINDS, offsetof(Policy, weight), 0, MUCH, false},
    {STR_INIT("fixed"), policy_fixed_name, POLICY_FIXED, offsetof(Policy, fixed), 0, 1e6, false},
    {STR_INIT("escape"), policy_escape_name, POLICY_ESCAPES, offsetof(Policy, escape), 0, 1, true},
    {STR_INIT("cvss"), key_rated, SEVERITIES - SEVERITY_LOW,
     offsetof(Policy, cvss) + SEVERITY_LOW * sizeof(double), 0, 10, false},
    {STR_INIT("confidence"), key_confidence, CONFIDENCES, offsetof(Policy, confidence), 0, 1, true},
};

double *policy_number(Policy *policy, size_t offset, size_t i)
{
    return (double *)(void *)((char *)policy + offset) + i;
}

static size_t name_find(const Str *names, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name))
            return i;
    return POLICY_NONE;
}

size_t policy_fixed_find(Str name)
{
    return name_find(fixed_names, POLICY_FIXED, name);
}

size_t policy_escape_find(Str name)
{
    return name_find(escape_names, POLICY_ESCAPES, name);
}

static const Str class_names[LEVEL_CLASSES] = {
    [CLASS_CONFIG] = STR_INIT("config"),   [CLASS_CWE] = STR_INIT("cwe"),
    [CLASS_MALWARE] = STR_INIT("malware"), [CLASS_SECRET] = STR_INIT("secret"),
    [CLASS_RUNTIME] = STR_INIT("runtime"),
};

Str policy_level_class_name(LevelClass level_class)
{
    return class_names[level_class];
}

bool policy_level_class_parse(Str name, LevelClass *out)
{
    size_t i = name_find(class_names, LEVEL_CLASSES, name);
    if (i != POLICY_NONE)
        *out = (LevelClass)i;
    return i != POLICY_NONE;
}

LevelClass policy_level_class(FindingKind kind)
{
    switch (kind) {
    case KIND_CWE:
        return CLASS_CWE;
    case KIND_MALWARE:
        return CLASS_MALWARE;
    case KIND_SECRET:
        return CLASS_SECRET;
    case KIND_RUNTIME:
    case KIND_NETWORK:
        return CLASS_RUNTIME;
    default:
        return CLASS_CONFIG;
    }
}

Str policy_exploitation_name(Exploitation exploitation)
{
    static const Str names[] = {STR_INIT("none"), STR_INIT("poc"), STR_INIT("active")};
    return names[exploitation];
}

Str policy_impact_name(size_t impact)
{
    return impact == IMPACT_TOTAL ? STR("total") : STR("partial");
}

uint32_t policy_av(char letter)
{
    for (uint32_t i = 0; i < AV_UNKNOWN; i++)
        if (policy_av_letters[i] == letter)
            return i;
    return AV_UNKNOWN;
}

Str policy_effect_name(Arena *arena, const ContextEffect *effect)
{
    switch (effect->on) {
    case ON_ALL:
        return STR("*");
    case ON_SELF:
        return STR("self");
    case ON_CVE:
        return STR("cve");
    case ON_AV:
        return arena_printf(arena, "av:%c", policy_av_letters[effect->which]);
    case ON_KIND:
        break;
    }
    return finding_kind_name((FindingKind)effect->which);
}

bool policy_effect_parse(Str name, ContextEffect *out)
{
    FindingKind kind;
    *out = (ContextEffect){.on = ON_ALL};
    if (str_eq(name, STR("*")))
        return true;
    if (str_eq(name, STR("self"))) {
        out->on = ON_SELF;
        return true;
    }
    if (str_eq(name, STR("cve"))) {
        out->on = ON_CVE;
        return true;
    }
    if (name.len == 4 && str_starts(name, STR("av:"))) {
        out->on = ON_AV;
        out->which = policy_av(name.ptr[3]);
        return out->which != AV_UNKNOWN || name.ptr[3] == '?';
    }
    out->on = ON_KIND;
    if (!finding_kind_parse(name, &kind) || finding_kind_is_cve(kind))
        return false;
    out->which = kind;
    return true;
}
