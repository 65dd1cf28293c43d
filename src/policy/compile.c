/* SPDX-License-Identifier: Apache-2.0 */
/* compile OUT.c: reads the default policy as any other and writes what came of it as an initialised
 * struct, so that a start that nobody gave a policy parses none. Runs while the program is built. */
#include <stdio.h>

#include "base/fd.h"
#include "policy/rows.h"

/* As a C string of octal escapes where it is no plain word. */
static void put_str(Buf *out, Str s)
{
    buf_put(out, STR("STR_INIT(\""));
    for (size_t i = 0; i < s.len; i++)
        if (char_is_alnum(s.ptr[i]) || s.ptr[i] == ' ' || s.ptr[i] == ':')
            buf_put_char(out, s.ptr[i]);
        else
            buf_printf(out, "\\%03o", (unsigned)(unsigned char)s.ptr[i]);
    buf_put(out, STR("\")"));
}

static void put_array(Buf *out, const char *field, const double *numbers, size_t count)
{
    buf_printf(out, "    .%s = {", field);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%a", i ? ", " : "", numbers[i]);
    buf_put(out, STR("},\n"));
}

/* The lists stand before the struct that points to them. */
static void put_lists(Buf *out, const Policy *p)
{
    for (size_t i = 0; i < p->context.len; i++) {
        const ContextValue *row = &p->context.at[i];
        buf_printf(out, "static ContextEffect effects_%zu[] = {", i);
        for (size_t k = 0; k < row->effects.len; k++)
            buf_printf(out, "{%d, %u, %a}, ", (int)row->effects.at[k].on, row->effects.at[k].which,
                       row->effects.at[k].multiplier);
        buf_put(out, row->effects.len ? STR("};\n") : STR("{0}};\n"));
    }
    buf_put(out, STR("static ContextValue context[] = {\n"));
    for (size_t i = 0; i < p->context.len; i++) {
        const ContextValue *row = &p->context.at[i];
        buf_put(out, STR("    {"));
        put_str(out, row->property);
        buf_put(out, STR(", "));
        put_str(out, row->value);
        buf_printf(out, ", {effects_%zu, %zu, %zu}},\n", i, row->effects.len, row->effects.len);
    }
    buf_put(out, STR("};\nstatic Label labels[] = {\n"));
    for (size_t i = 0; i < p->labels.len; i++) {
        buf_put(out, STR("    {"));
        put_str(out, p->labels.at[i].word);
        buf_printf(out, ", %d},\n", (int)p->labels.at[i].severity);
    }
    buf_put(out, STR("};\n"));
}

static void put_ladders(Buf *out, const Policy *p)
{
    buf_put(out, STR("    .bands = {"));
    for (size_t i = 0; i < p->band_count; i++) {
        buf_put(out, STR("{"));
        put_str(out, p->bands[i].name);
        buf_printf(out, ", %d}, ", p->bands[i].from);
    }
    buf_printf(out, "},\n    .band_count = %zu,\n    .ages = {", p->band_count);
    for (size_t i = 0; i < p->age_count; i++)
        buf_printf(out, "{%d, %a}, ", p->ages[i].days, p->ages[i].factor);
    buf_printf(out, "},\n    .age_count = %zu,\n    .level = {", p->age_count);
    for (size_t c = 0; c < LEVEL_CLASSES; c++)
        for (size_t l = 0; l < LEVELS; l++)
            buf_printf(out, "\n        [%zu][%zu] = {%a, %a},", c, l, p->level[c][l].likelihood,
                       p->level[c][l].impact);
    buf_put(out, STR("},\n"));
}

static void put_decisions(Buf *out, const Policy *p)
{
    enum { ROWS = 2 * 2 * 2 * IMPACTS, LEAVES = 3 * 2 * IMPACTS * MISSIONS };
    const Deadline *deadlines = &p->deadlines[0][0][0][0];
    const Str *leaves = &p->ssvc[0][0][0][0];
    buf_put(out, STR("    .deadlines = {"));
    for (size_t i = 0; i < ROWS; i++)
        buf_printf(out, "\n        [%zu][%zu][%zu][%zu] = {%d, %d},", i / (4 * IMPACTS),
                   i / (2 * IMPACTS) % 2, i / IMPACTS % 2, i % IMPACTS, deadlines[i].days,
                   deadlines[i].forensics);
    buf_put(out, STR("},\n    .ssvc = {"));
    for (size_t i = 0; i < LEAVES; i++) {
        buf_printf(out, "\n        [%zu][%zu][%zu][%zu] = ", i / (2 * IMPACTS * MISSIONS),
                   i / (IMPACTS * MISSIONS) % 2, i / MISSIONS % IMPACTS, i % MISSIONS);
        put_str(out, leaves[i]);
        buf_put(out, STR(","));
    }
    buf_put(out, STR("},\n"));
}

static void put_policy(Buf *out, const Policy *p)
{
    buf_put(out, STR("/* made from default.toml */\n#include \"policy/rows.h\"\n\n"));
    put_lists(out, p);
    buf_put(out, STR("const Policy policy_compiled = {\n"));
    buf_printf(out,
               "    .p_max = %a, .alpha = %a, .beta_app = %a, .rho0 = %a, .automatable = %a,\n"
               "    .observation_hours = %a,\n",
               p->p_max, p->alpha, p->beta_app, p->rho0, p->automatable, p->observation_hours);
    put_array(out, "ctx_clamp", p->ctx_clamp, COUNT_OF(p->ctx_clamp));
    put_ladders(out, p);
    put_array(out, "floor", p->floor, SEVERITIES);
    put_array(out, "sevmid", p->sevmid, SEVERITIES);
    put_array(out, "evidence", p->evidence, COUNT_OF(p->evidence));
    put_array(out, "av", p->av, AVS);
    put_array(out, "weight", p->weight, FINDING_KINDS);
    put_array(out, "fixed", p->fixed, POLICY_FIXED);
    put_array(out, "escape", p->escape, POLICY_ESCAPES);
    put_array(out, "confidence", p->confidence, CONFIDENCES);
    put_array(out, "cvss", p->cvss, SEVERITIES);
    buf_printf(out, "    .context = {context, %zu, %zu},\n    .labels = {labels, %zu, %zu},\n",
               p->context.len, p->context.len, p->labels.len, p->labels.len);
    buf_printf(out, "    .missing = {%d, %d, %d, %u, %d, %d, %a},\n", (int)p->missing.severity,
               (int)p->missing.level, p->missing.age, p->missing.av, (int)p->missing.code,
               (int)p->missing.fix, p->missing.confidence);
    buf_printf(out, "    .end_of_life_extended = %d, .end_of_life_ended = %d,\n",
               (int)p->end_of_life_extended, (int)p->end_of_life_ended);
    put_decisions(out, p);
    buf_put(out, STR("    .hash = "));
    put_str(out, p->hash);
    buf_put(out, STR(",\n};\n"));
}

int main(int argc, char **argv)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf out CLEANUP(buf_fini) = {0};
    Error err = {0};
    const Policy *policy;
    if (argc != 2)
        return fprintf(stderr, "usage: compile OUT.c\n"), 2;
    if (!policy_read((Str){0}, (Str){0}, &arena, &policy, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    put_policy(&out, policy);
    if (!file_write_atomic(str_from(argv[1]), buf_str(&out), &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    return 0;
}
