/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_out.h"
#include "policy/rows.h"

/* The policy as JSON, in one order and with the names of the TOML file. Numbers are written in the
 * shortest form that reads back the same, so that equal policies are equal bytes. */

static void put_numbers(JsonOut *o, Policy *p)
{
    for (size_t i = 0; i < POLICY_SCALARS; i++) {
        json_put_key_str(o, policy_scalars[i].name);
        json_put_number(o, *policy_number(p, policy_scalars[i].offset, 0));
    }
    for (size_t i = 0; i < POLICY_NUMBERS; i++) {
        const PolicyNumbers *row = &policy_numbers[i];
        json_put_key_str(o, row->name);
        json_put_object(o);
        for (size_t k = 0; k < row->count; k++) {
            json_put_key_str(o, row->key(k));
            json_put_number(o, *policy_number(p, row->offset, k));
        }
        json_put_end(o, '}');
    }
}

static void put_pair(JsonOut *o, double a, double b)
{
    json_put_array(o);
    json_put_number(o, a);
    json_put_number(o, b);
    json_put_end(o, ']');
}

static void put_ladders(JsonOut *o, const Policy *p)
{
    json_put_key(o, "ctx_clamp");
    put_pair(o, p->ctx_clamp[0], p->ctx_clamp[1]);
    json_put_key(o, "bands");
    json_put_array(o);
    for (size_t i = 0; i < p->band_count; i++) {
        json_put_array(o);
        json_put_str(o, p->bands[i].name);
        json_put_int(o, p->bands[i].from);
        json_put_end(o, ']');
    }
    json_put_end(o, ']');
    json_put_key(o, "age");
    json_put_array(o);
    for (size_t i = 0; i < p->age_count; i++)
        put_pair(o, p->ages[i].days, p->ages[i].factor);
    json_put_end(o, ']');
}

static void put_levels(JsonOut *o, const Policy *p)
{
    json_put_key(o, "level");
    json_put_object(o);
    for (LevelClass c = 0; c < LEVEL_CLASSES; c++) {
        json_put_key_str(o, policy_level_class_name(c));
        json_put_object(o);
        for (Level l = 0; l < LEVELS; l++) {
            json_put_key_str(o, level_name(l));
            put_pair(o, p->level[c][l].likelihood, p->level[c][l].impact);
        }
        json_put_end(o, '}');
    }
    json_put_end(o, '}');
}

static void put_effects(JsonOut *o, const ContextValue *value)
{
    Arena arena CLEANUP(arena_fini) = {0};
    json_put_key_str(o, value->value);
    json_put_object(o);
    for (size_t i = 0; i < value->effects.len; i++) {
        json_put_key_str(o, policy_effect_name(&arena, &value->effects.at[i]));
        json_put_number(o, value->effects.at[i].multiplier);
    }
    json_put_end(o, '}');
}

/* Sorted by property, so that each is opened once. */
static void put_context(JsonOut *o, const Policy *p)
{
    Str open = {0};
    json_put_key(o, "context");
    json_put_object(o);
    for (size_t i = 0; i < p->context.len; i++) {
        const ContextValue *value = &p->context.at[i];
        if (!str_eq(value->property, open)) {
            if (open.len)
                json_put_end(o, '}');
            open = value->property;
            json_put_key_str(o, open);
            json_put_object(o);
        }
        put_effects(o, value);
    }
    if (open.len)
        json_put_end(o, '}');
    json_put_end(o, '}');
}

static void put_words(JsonOut *o, const Policy *p)
{
    json_put_key(o, "labels");
    json_put_object(o);
    for (size_t i = 0; i < p->labels.len; i++) {
        json_put_key_str(o, p->labels.at[i].word);
        json_put_str(o, severity_name(p->labels.at[i].severity));
    }
    json_put_end(o, '}');
    json_put_key(o, "missing");
    json_put_object(o);
    json_field_str(o, "sev", severity_name(p->missing.severity));
    json_field_str(o, "level", level_name(p->missing.level));
    json_field_int(o, "age", p->missing.age);
    json_field_str(o, "av", str_of(&policy_av_letters[p->missing.av], 1));
    json_field_str(o, "code", code_state_name(p->missing.code));
    json_field_str(o, "fix", fix_state_name(p->missing.fix));
    json_put_key(o, "confidence");
    json_put_number(o, p->missing.confidence);
    json_put_end(o, '}');
    json_put_key(o, "end_of_life");
    json_put_object(o);
    json_field_str(o, "extended", level_name(p->end_of_life_extended));
    json_field_str(o, "ended", level_name(p->end_of_life_ended));
    json_put_end(o, '}');
}

static void put_deadline(JsonOut *o, const Deadline *deadline)
{
    json_put_object(o);
    if (deadline->days >= 0)
        json_field_int(o, "days", deadline->days);
    if (deadline->forensics)
        json_field_bool(o, "forensics", true);
    json_put_end(o, '}');
}

static void put_deadlines(JsonOut *o, const Policy *p)
{
    json_put_key(o, "deadline");
    json_put_object(o);
    for (unsigned i = 0; i < 8; i++) {
        const char key[] = {"ny"[i & 1], "ny"[i >> 1 & 1], "ny"[i >> 2 & 1]};
        json_put_key_str(o, str_of(key, sizeof key));
        json_put_object(o);
        for (size_t impact = 0; impact < IMPACTS; impact++) {
            json_put_key_str(o, policy_impact_name(impact));
            put_deadline(o, &p->deadlines[i & 1][i >> 1 & 1][i >> 2 & 1][impact]);
        }
        json_put_end(o, '}');
    }
    json_put_end(o, '}');
}

static void put_branch(JsonOut *o, const Str (*branch)[MISSIONS])
{
    json_put_object(o);
    for (size_t impact = 0; impact < IMPACTS; impact++) {
        json_put_key_str(o, policy_impact_name(impact));
        json_put_array(o);
        for (size_t mission = 0; mission < MISSIONS; mission++)
            json_put_str(o, branch[impact][mission]);
        json_put_end(o, ']');
    }
    json_put_end(o, '}');
}

static void put_ssvc(JsonOut *o, const Policy *p)
{
    json_put_key(o, "ssvc");
    json_put_object(o);
    for (Exploitation e = 0; e <= EXPLOITATION_ACTIVE; e++) {
        json_put_key_str(o, policy_exploitation_name(e));
        json_put_object(o);
        json_put_key(o, "no");
        put_branch(o, p->ssvc[e][0]);
        json_put_key(o, "yes");
        put_branch(o, p->ssvc[e][1]);
        json_put_end(o, '}');
    }
    json_put_end(o, '}');
}

void policy_write_json(const Policy *policy, int indent, Buf *out)
{
    JsonOut o;
    Policy copy = *policy;
    json_out_init(&o, out, indent);
    json_put_object(&o);
    put_numbers(&o, &copy);
    put_ladders(&o, policy);
    put_levels(&o, policy);
    put_context(&o, policy);
    put_words(&o, policy);
    put_deadlines(&o, policy);
    put_ssvc(&o, policy);
    json_put_end(&o, '}');
}
