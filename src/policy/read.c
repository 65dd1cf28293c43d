/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>

#include "base/hash.h"
#include "base/toml.h"
#include "policy/rows.h"

/* A policy file, value by value over what is already there: first the default, then the user's.
 * Every value is judged where it stands, so that a message can name its line; a key that no row
 * knows is an error, since a misspelt weight would otherwise be silently without effect. */

extern const unsigned char policy_default_bytes[];
extern const size_t policy_default_len;

enum { WORD_MAX = 40, CONTEXT_MAX = 400, LABELS_MAX = 400 };

typedef struct Load {
    Policy *policy;
    Arena *arena;
    Str name; /* of the file */
    Error *err;
} Load;

PRINTF_LIKE(3, 4)
static bool fail(const Load *load, const TomlValue *at, const char *format, ...)
{
    Buf why CLEANUP(buf_fini) = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&why, format, args);
    va_end(args);
    return error_set(load->err, ERR_USAGE, STR_FMT ": line %u: " STR_FMT, STR_ARG(load->name),
                     at->line, STR_ARG(buf_str(&why)));
}

static bool fail_unknown(const Load *load, const TomlValue *at, Str within)
{
    return fail(load, at, "unknown key '" STR_FMT "%s" STR_FMT "'", STR_ARG(within),
                within.len ? "." : "", STR_ARG(str_head(at->key, 60)));
}

static bool need(const Load *load, const TomlValue *at, TomlKind kind)
{
    return at->kind == kind || fail(load, at, "'" STR_FMT "' must be " STR_FMT,
                                    STR_ARG(str_head(at->key, 60)), STR_ARG(toml_kind_name(kind)));
}

static bool is_number(const TomlValue *at)
{
    return at->kind == TOML_INTEGER || at->kind == TOML_FLOAT;
}

static bool take_number(const Load *load, const TomlValue *at, double least, double most,
                        bool below, double *out)
{
    if (!is_number(at) || !(at->number >= least && at->number <= most) ||
        (below && at->number >= most))
        return fail(load, at, "'" STR_FMT "' must be a number from %g to %s%g",
                    STR_ARG(str_head(at->key, 60)), least, below ? "below " : "", most);
    *out = at->number;
    return true;
}

static bool take_whole(const Load *load, const TomlValue *at, int32_t least, int32_t most,
                       int32_t *out)
{
    if (at->kind != TOML_INTEGER || at->integer < least || at->integer > most)
        return fail(load, at, "'" STR_FMT "' must be a whole number from %d to %d",
                    STR_ARG(str_head(at->key, 60)), least, most);
    *out = (int32_t)at->integer;
    return true;
}

static bool fail_word(const Load *load, const TomlValue *at)
{
    return fail(load, at, "'" STR_FMT "': unknown word '" STR_FMT "'",
                STR_ARG(str_head(at->key, 60)), STR_ARG(str_head(at->string, 60)));
}

static bool take_severity(const Load *load, const TomlValue *at, Severity *out)
{
    return need(load, at, TOML_STRING) && (severity_parse(at->string, out) || fail_word(load, at));
}

static bool take_level(const Load *load, const TomlValue *at, Level *out)
{
    return need(load, at, TOML_STRING) && (level_parse(at->string, out) || fail_word(load, at));
}

/* Two items of an array, both numbers unless the first is a word. */
static bool take_pair(const Load *load, const TomlValue *at, const TomlValue **a,
                      const TomlValue **b)
{
    if (at->kind != TOML_ARRAY || at->count != 2)
        return fail(load, at, "'" STR_FMT "': an array of two is expected",
                    STR_ARG(str_head(at->key, 60)));
    *a = at->first;
    *b = at->first->next;
    return true;
}

/* ---- sections ---- */

static bool read_numbers(Load *load, const TomlValue *section, const PolicyNumbers *row)
{
    if (!need(load, section, TOML_TABLE))
        return false;
    for (const TomlValue *at = section->first; at; at = at->next) {
        size_t i = 0;
        while (i < row->count && !str_eq(row->key(i), at->key))
            i++;
        if (i == row->count)
            return fail_unknown(load, at, row->name);
        if (!take_number(load, at, row->least, row->most, row->below,
                         policy_number(load->policy, row->offset, i)))
            return false;
    }
    return true;
}

static bool read_clamp(Load *load, const TomlValue *at)
{
    const TomlValue *low = NULL, *high = NULL;
    double *clamp = load->policy->ctx_clamp;
    return take_pair(load, at, &low, &high) && take_number(load, low, 0, 1, false, &clamp[0]) &&
           take_number(load, high, 1, 1000, false, &clamp[1]);
}

static bool read_bands(Load *load, const TomlValue *section)
{
    Policy *p = load->policy;
    if (!need(load, section, TOML_ARRAY))
        return false;
    if (section->count == 0 || section->count > POLICY_BANDS)
        return fail(load, section, "'bands' must be 1 to %d pairs", POLICY_BANDS);
    p->band_count = 0;
    for (const TomlValue *at = section->first; at; at = at->next) {
        const TomlValue *name, *from;
        Band *band = &p->bands[p->band_count++];
        if (!take_pair(load, at, &name, &from) || !need(load, name, TOML_STRING) ||
            !take_whole(load, from, 1, 1000, &band->from))
            return false;
        if (band > p->bands && band->from <= band[-1].from)
            return fail(load, at, "'bands' must ascend");
        if (name->string.len == 0 || name->string.len > WORD_MAX)
            return fail(load, at, "a band needs a name of at most %d bytes", WORD_MAX);
        band->name = name->string;
    }
    return true;
}

static bool read_ages(Load *load, const TomlValue *section)
{
    Policy *p = load->policy;
    if (!need(load, section, TOML_ARRAY))
        return false;
    if (section->count == 0 || section->count > POLICY_AGES)
        return fail(load, section, "'age' must be 1 to %d pairs", POLICY_AGES);
    p->age_count = 0;
    for (const TomlValue *at = section->first; at; at = at->next) {
        const TomlValue *days, *factor;
        AgeStep *step = &p->ages[p->age_count++];
        if (!take_pair(load, at, &days, &factor) ||
            !take_whole(load, days, 0, INT32_MAX, &step->days) ||
            !take_number(load, factor, 0, 1000, false, &step->factor))
            return false;
        if (step > p->ages && step->days <= step[-1].days)
            return fail(load, at, "'age' must ascend");
    }
    return true;
}

static bool read_class(Load *load, const TomlValue *section)
{
    LevelClass level_class;
    if (!policy_level_class_parse(section->key, &level_class))
        return fail_unknown(load, section, STR("level"));
    if (!need(load, section, TOML_TABLE))
        return false;
    for (const TomlValue *at = section->first; at; at = at->next) {
        const TomlValue *likelihood, *impact;
        Level level;
        if (!level_parse(at->key, &level))
            return fail_unknown(load, at, section->key);
        LevelRow *row = &load->policy->level[level_class][level];
        if (!take_pair(load, at, &likelihood, &impact) ||
            !take_number(load, likelihood, 0, 1, false, &row->likelihood) ||
            !take_number(load, impact, 0, 1, false, &row->impact))
            return false;
    }
    return true;
}

typedef bool ReadChild(Load *load, const TomlValue *child);

static bool read_children(Load *load, const TomlValue *section, ReadChild *read)
{
    if (!need(load, section, TOML_TABLE))
        return false;
    for (const TomlValue *at = section->first; at; at = at->next)
        if (!read(load, at))
            return false;
    return true;
}

static bool read_level(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_class);
}

/* ---- context ---- */

static bool is_word(Str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!char_is_alnum(word.ptr[i]) && word.ptr[i] != '_' && word.ptr[i] != '-')
            return false;
    return word.len > 0 && word.len <= WORD_MAX;
}

static ContextValue *context_get(Load *load, Str property, Str value)
{
    Policy *p = load->policy;
    for (size_t i = 0; i < p->context.len; i++)
        if (str_eq(p->context.at[i].property, property) && str_eq(p->context.at[i].value, value))
            return &p->context.at[i];
    ContextValue *row = vec_push(load->arena, &p->context);
    row->property = property;
    row->value = value;
    return row;
}

static void effect_set(Arena *arena, ContextValue *row, ContextEffect effect)
{
    for (size_t i = 0; i < row->effects.len; i++)
        if (row->effects.at[i].on == effect.on && row->effects.at[i].which == effect.which) {
            row->effects.at[i] = effect;
            return;
        }
    *vec_push(arena, &row->effects) = effect;
}

/* Code and fix are words of a finding: there are no others, and "self" is for them alone. */
static bool value_is_known(Str property, Str value, bool *of_finding)
{
    CodeState code;
    FixState fix;
    bool is_code = str_eq(property, STR("code"));
    *of_finding = is_code || str_eq(property, STR("fix"));
    return !*of_finding ||
           (is_code ? code_state_parse(value, &code) : fix_state_parse(value, &fix));
}

static bool read_value(Load *load, const TomlValue *property, const TomlValue *value)
{
    bool of_finding;
    if (!is_word(property->key) || !is_word(value->key) ||
        !value_is_known(property->key, value->key, &of_finding) ||
        load->policy->context.len >= CONTEXT_MAX)
        return fail_unknown(load, value, property->key);
    if (!need(load, value, TOML_TABLE))
        return false;
    ContextValue *row = context_get(load, property->key, value->key);
    for (const TomlValue *at = value->first; at; at = at->next) {
        ContextEffect effect;
        if (!policy_effect_parse(at->key, &effect) || (effect.on == ON_SELF && !of_finding))
            return fail_unknown(load, at, value->key);
        if (!take_number(load, at, 0, 1000, false, &effect.multiplier))
            return false;
        effect_set(load->arena, row, effect);
    }
    return true;
}

static bool read_property(Load *load, const TomlValue *property)
{
    if (str_eq(property->key, STR("mission")))
        return fail(load, property, "'mission' is for the SSVC tree: it multiplies nothing");
    if (!need(load, property, TOML_TABLE))
        return false;
    for (const TomlValue *value = property->first; value; value = value->next)
        if (!read_value(load, property, value))
            return false;
    return true;
}

static bool read_context(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_property);
}

/* ---- words ---- */

static bool read_label(Load *load, const TomlValue *at)
{
    Policy *p = load->policy;
    Severity severity;
    if (!take_severity(load, at, &severity))
        return false;
    if (at->key.len > WORD_MAX || p->labels.len >= LABELS_MAX)
        return fail(load, at, "'labels' holds at most %d words of %d bytes", LABELS_MAX, WORD_MAX);
    Str word = arena_lower(load->arena, at->key);
    for (size_t i = 0; i < p->labels.len; i++)
        if (str_eq(p->labels.at[i].word, word)) {
            p->labels.at[i].severity = severity;
            return true;
        }
    *vec_push(load->arena, &p->labels) = (Label){word, severity};
    return true;
}

static bool read_labels(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_label);
}

static bool read_missing_one(Load *load, const TomlValue *at)
{
    Policy *p = load->policy;
    if (str_eq(at->key, STR("sev")))
        return take_severity(load, at, &p->missing.severity);
    if (str_eq(at->key, STR("level")))
        return take_level(load, at, &p->missing.level);
    if (str_eq(at->key, STR("age")))
        return take_whole(load, at, 0, INT32_MAX, &p->missing.age);
    if (str_eq(at->key, STR("confidence")))
        return take_number(load, at, 0, 1, true, &p->missing.confidence);
    if (str_eq(at->key, STR("code")))
        return need(load, at, TOML_STRING) &&
               (code_state_parse(at->string, &p->missing.code) || fail_word(load, at));
    if (str_eq(at->key, STR("fix")))
        return need(load, at, TOML_STRING) &&
               (fix_state_parse(at->string, &p->missing.fix) || fail_word(load, at));
    if (!str_eq(at->key, STR("av")))
        return fail_unknown(load, at, STR("missing"));
    if (!need(load, at, TOML_STRING))
        return false;
    p->missing.av = policy_av(str_at(at->string, 0));
    return (at->string.len == 1 && (p->missing.av != AV_UNKNOWN || at->string.ptr[0] == '?')) ||
           fail_word(load, at);
}

static bool read_missing(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_missing_one);
}

static bool read_end_of_life_one(Load *load, const TomlValue *at)
{
    if (str_eq(at->key, STR("extended")))
        return take_level(load, at, &load->policy->end_of_life_extended);
    if (str_eq(at->key, STR("ended")))
        return take_level(load, at, &load->policy->end_of_life_ended);
    return fail_unknown(load, at, STR("end_of_life"));
}

static bool read_end_of_life(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_end_of_life_one);
}

/* ---- deadlines and SSVC ---- */

static bool impact_parse(Str name, size_t *out)
{
    *out = str_eq(name, STR("total")) ? IMPACT_TOTAL : IMPACT_PARTIAL;
    return str_eq(name, policy_impact_name(*out));
}

static bool yes_or_no(char c, size_t *out)
{
    *out = c == 'y';
    return c == 'y' || c == 'n';
}

static bool read_days(Load *load, const TomlValue *cell, Deadline *out)
{
    if (!need(load, cell, TOML_TABLE))
        return false;
    *out = (Deadline){.days = -1}; /* a cell is one value: what it leaves out, it takes back */
    for (const TomlValue *at = cell->first; at; at = at->next)
        if (str_eq(at->key, STR("days"))) {
            if (!take_whole(load, at, 0, 36500, &out->days))
                return false;
        } else if (str_eq(at->key, STR("forensics"))) {
            if (!need(load, at, TOML_BOOLEAN))
                return false;
            out->forensics = at->boolean;
        } else {
            return fail_unknown(load, at, cell->key);
        }
    return true;
}

static bool read_deadline(Load *load, const TomlValue *row)
{
    size_t kev, exposed, automatable, impact;
    if (row->key.len != 3 || !yes_or_no(row->key.ptr[0], &kev) ||
        !yes_or_no(row->key.ptr[1], &exposed) || !yes_or_no(row->key.ptr[2], &automatable))
        return fail_unknown(load, row, STR("deadline"));
    if (!need(load, row, TOML_TABLE))
        return false;
    for (const TomlValue *at = row->first; at; at = at->next)
        if (!impact_parse(at->key, &impact))
            return fail_unknown(load, at, row->key);
        else if (!read_days(load, at, &load->policy->deadlines[kev][exposed][automatable][impact]))
            return false;
    return true;
}

static bool read_deadlines(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_deadline);
}

static bool read_decisions(Load *load, const TomlValue *at, Str *out)
{
    static const Str known[] = {STR_INIT("Track"), STR_INIT("Track*"), STR_INIT("Attend"),
                                STR_INIT("Act")};
    if (at->kind != TOML_ARRAY || at->count != MISSIONS)
        return fail(load, at, "three decisions are expected, for a low, medium and high mission");
    for (const TomlValue *item = at->first; item; item = item->next, out++) {
        size_t i = 0;
        while (i < COUNT_OF(known) &&
               (item->kind != TOML_STRING || !str_eq(known[i], item->string)))
            i++;
        if (i == COUNT_OF(known))
            return fail(load, item, "a decision is one of Track, Track*, Attend and Act");
        *out = known[i];
    }
    return true;
}

static bool read_branch(Load *load, const TomlValue *branch, Str (*out)[MISSIONS])
{
    size_t impact;
    if (!need(load, branch, TOML_TABLE))
        return false;
    for (const TomlValue *at = branch->first; at; at = at->next)
        if (!impact_parse(at->key, &impact))
            return fail_unknown(load, at, branch->key);
        else if (!read_decisions(load, at, out[impact]))
            return false;
    return true;
}

static bool read_exploitation(Load *load, const TomlValue *row)
{
    Exploitation e = EXPLOITATION_NONE;
    while (e <= EXPLOITATION_ACTIVE && !str_eq(policy_exploitation_name(e), row->key))
        e++;
    if (e > EXPLOITATION_ACTIVE)
        return fail_unknown(load, row, STR("ssvc"));
    if (!need(load, row, TOML_TABLE))
        return false;
    for (const TomlValue *at = row->first; at; at = at->next) {
        size_t automatable = str_eq(at->key, STR("yes"));
        if (!automatable && !str_eq(at->key, STR("no")))
            return fail_unknown(load, at, row->key);
        if (!read_branch(load, at, load->policy->ssvc[e][automatable]))
            return false;
    }
    return true;
}

static bool read_ssvc(Load *load, const TomlValue *section)
{
    return read_children(load, section, read_exploitation);
}

/* ---- all of it ---- */

static const struct {
    Str name;
    ReadChild *read;
} sections[] = {
    {STR_INIT("ctx_clamp"), read_clamp},    {STR_INIT("bands"), read_bands},
    {STR_INIT("age"), read_ages},           {STR_INIT("level"), read_level},
    {STR_INIT("context"), read_context},    {STR_INIT("labels"), read_labels},
    {STR_INIT("missing"), read_missing},    {STR_INIT("end_of_life"), read_end_of_life},
    {STR_INIT("deadline"), read_deadlines}, {STR_INIT("ssvc"), read_ssvc},
};

static bool read_section(Load *load, const TomlValue *at)
{
    for (size_t i = 0; i < POLICY_SCALARS; i++) {
        const PolicyScalar *row = &policy_scalars[i];
        if (str_eq(row->name, at->key))
            return take_number(load, at, row->least, row->most, row->below,
                               policy_number(load->policy, row->offset, 0));
    }
    for (size_t i = 0; i < POLICY_NUMBERS; i++)
        if (str_eq(policy_numbers[i].name, at->key))
            return read_numbers(load, at, &policy_numbers[i]);
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        if (str_eq(sections[i].name, at->key))
            return sections[i].read(load, at);
    return fail_unknown(load, at, (Str){0});
}

static bool read_file(Load *load, Str text)
{
    const TomlValue *root;
    if (!toml_parse(text, load->arena, &root, load->err))
        return error_within(load->err, STR_FMT, STR_ARG(load->name));
    /* severities must still follow each other once all overrides are in */
    for (const TomlValue *at = root->first; at; at = at->next)
        if (!read_section(load, at))
            return false;
    const double *cvss = load->policy->cvss;
    for (Severity s = SEVERITY_LOW; s < SEVERITY_CRITICAL; s++)
        if (!(cvss[s] < cvss[s + 1]))
            return error_set(load->err, ERR_USAGE,
                             STR_FMT ": 'cvss' must ascend from low to critical",
                             STR_ARG(load->name));
    return true;
}

static int value_cmp(const ContextValue *a, const ContextValue *b)
{
    int order = str_cmp(a->property, b->property);
    return order ? order : str_cmp(a->value, b->value);
}

static int effect_cmp(const ContextEffect *a, const ContextEffect *b)
{
    return a->on != b->on ? (int)a->on - (int)b->on : (int)a->which - (int)b->which;
}

static int label_cmp(const Label *a, const Label *b)
{
    return str_cmp(a->word, b->word);
}

/* Short lists, almost in order. */
#define SORT(Type, list, compare)                                                                  \
    for (size_t sort_i = 1; sort_i < (list)->len; sort_i++)                                        \
        for (size_t sort_k = sort_i;                                                               \
             sort_k > 0 && compare(&(list)->at[sort_k - 1], &(list)->at[sort_k]) > 0; sort_k--) {  \
            Type sort_item = (list)->at[sort_k];                                                   \
            (list)->at[sort_k] = (list)->at[sort_k - 1];                                           \
            (list)->at[sort_k - 1] = sort_item;                                                    \
        }

/* The order in which a file says things is no part of what it says. */
static void canonicalise(Policy *p)
{
    SORT(ContextValue, &p->context, value_cmp)
    SORT(Label, &p->labels, label_cmp)
    for (size_t i = 0; i < p->context.len; i++)
        SORT(ContextEffect, &p->context.at[i].effects, effect_cmp)
}

Str policy_default_text(void)
{
    return str_of(policy_default_bytes, policy_default_len);
}

/* What the default leaves out would be seen here, not as a zero in somebody's score. */
static void forget(Policy *p)
{
    for (size_t i = 0; i < POLICY_SCALARS; i++)
        *policy_number(p, policy_scalars[i].offset, 0) = (double)NAN;
    for (size_t i = 0; i < POLICY_NUMBERS; i++)
        for (size_t k = 0; k < policy_numbers[i].count; k++)
            *policy_number(p, policy_numbers[i].offset, k) = (double)NAN;
}

bool policy_read(Str text, Str name, Arena *arena, const Policy **out, Error *err)
{
    Buf canonical CLEANUP(buf_fini) = {0};
    Policy *policy = arena_new(arena, Policy);
    Load load = {.policy = policy, .arena = arena, .name = STR("default policy"), .err = err};
    Digest digest;
    forget(policy);
    if (!read_file(&load, policy_default_text()))
        return false;
    load.name = name;
    if (text.len && !read_file(&load, text))
        return false;
    canonicalise(policy);
    policy_write_json(policy, 0, &canonical);
    if (!hash_bytes(HASH_SHA256, buf_str(&canonical), &digest, err))
        return false;
    policy->hash = digest_str(arena, &digest);
    *out = policy;
    return true;
}
