/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result_record.h"

/* What a score is computed from: the inputs of findings, the context, relations to a host or to
 * containers. docs/schema/result.schema.json describes the names. */

WORDS(severity, severity_name, Severity, SEVERITIES);
WORDS(level, level_name, Level, LEVELS);
WORDS(code, code_state_name, CodeState, CODE_STATES);
WORDS(fix, fix_state_name, FixState, FIX_STATES);

static void av_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_str(&w->out, str_of(value, 1));
}

static bool av_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    Str text = {0};
    if (json_peek(&r->json) == JSON_STRING)
        text = json_take_str(&r->json);
    if (text.len != 1 || str_find_char(STR("NALP?"), str_at(text, 0)) == STR_NONE)
        return record_expected(r, "N, A, L, P or ?");
    *(char *)value = str_at(text, 0);
    return true;
}

static void days_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_int(&w->out, *(const int32_t *)value);
}

static bool days_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    int64_t days;
    if (!record_take_integer(r, INT32_MIN, INT32_MAX, &days))
        return false;
    *(int32_t *)value = (int32_t)days;
    return true;
}

/* Other scanners' words too: before the join unknown is medium, negligible is low. */
static bool level_read(RecordReader *r, const Field *field, void *value)
{
    Json at = r->json;
    if (json_peek(&r->json) == JSON_STRING) {
        Str word = json_take_str(&r->json);
        Level *out = value;
        *out = str_eq(word, STR("unknown")) ? LEVEL_MEDIUM : LEVEL_LOW;
        if (str_eq(word, STR("unknown")) || str_eq(word, STR("negligible")))
            return true;
        r->json = at;
    }
    return field_words.read(r, field, value);
}

static void level_write(RecordWriter *w, const Field *field, const void *value)
{
    field_words.write(w, field, value);
}

enum { SCANNERS_MAX = 1000 };

static void seen_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const FindingInputs *inputs = value;
    json_put_object(&w->out);
    for (size_t i = 0; i < inputs->seen.len; i++) {
        json_put_key_str(&w->out, inputs->seen.at[i].scanner);
        json_put_number(&w->out, inputs->seen.at[i].confidence);
    }
    json_put_end(&w->out, '}');
}

static bool scanner_read(RecordReader *r, void *into, Str name)
{
    FindingInputs *inputs = into;
    if (inputs->seen.len == SCANNERS_MAX)
        return record_expected(r, "at most %d scanners", SCANNERS_MAX);
    SeenBy *seen = vec_push(r->arena, &inputs->seen);
    seen->scanner = name;
    return record_take_fraction(r, &seen->confidence);
}

static bool seen_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_members(r, value, scanner_read);
}

static const FieldType field_level = {level_write, level_read};
static const FieldType field_av = {av_write, av_read};
static const FieldType field_days = {days_write, days_read};
static const FieldType field_seen = {seen_write, seen_read};

#define INPUT(field_name, known_bit, member, ...)                                                  \
    {                                                                                              \
        .bit = (known_bit), .field = {                                                             \
            .name = STR_INIT(field_name),                                                          \
            .offset = offsetof(FindingInputs, member),                                             \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define INPUT_FLAG(field_name, which)                                                              \
    INPUT(field_name, INPUT_EXPLOIT << (which), exploit[which], .type = &field_bool)

static const struct InputRow {
    Field field;
    uint32_t bit; /* of FindingInputs.known; 0: always written */
} input_rows[] = {
    INPUT("sev", INPUT_SEVERITY, severity, .type = &field_words, .of = &severity_words),
    INPUT("level", INPUT_LEVEL, level, .type = &field_level, .of = &level_words),
    INPUT("cvss", INPUT_CVSS, cvss, .type = &field_cvss),
    INPUT("av", INPUT_AV, av, .type = &field_av),
    INPUT("epss", INPUT_EPSS, epss, .type = &field_fraction),
    INPUT_FLAG("kev", EXPLOIT_KEV),
    INPUT_FLAG("ransomware", EXPLOIT_RANSOMWARE),
    INPUT_FLAG("other_kev", EXPLOIT_OTHER_KEV),
    INPUT_FLAG("metasploit", EXPLOIT_METASPLOIT),
    INPUT_FLAG("nuclei", EXPLOIT_NUCLEI),
    INPUT_FLAG("poc", EXPLOIT_POC),
    INPUT_FLAG("exploitdb", EXPLOIT_EXPLOITDB),
    INPUT("age", INPUT_AGE, age, .type = &field_days),
    INPUT("automatable", INPUT_AUTOMATABLE, automatable, .type = &field_bool),
    INPUT("code", INPUT_CODE, code, .type = &field_words, .of = &code_words),
    INPUT("fix", INPUT_FIX, fix, .type = &field_words, .of = &fix_words),
    {.field = {.name = STR_INIT("seen"), .type = &field_seen}},
};

static void inputs_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Finding *finding = value;
    json_put_object(&w->out);
    for (size_t i = 0; i < COUNT_OF(input_rows); i++) {
        const struct InputRow *row = &input_rows[i];
        if (row->bit ? !(finding->inputs.known & row->bit) : finding->inputs.seen.len == 0)
            continue;
        json_put_key_str(&w->out, row->field.name);
        row->field.type->write(w, &row->field, (const char *)&finding->inputs + row->field.offset);
    }
    json_field_str(&w->out, "unit", finding->unit);
    json_field_str(&w->out, "eco", finding->eco);
    json_put_end(&w->out, '}');
}

static bool input_read(RecordReader *r, void *into, Str name)
{
    Finding *finding = into;
    if (str_eq(name, STR("unit")))
        return record_take_str(r, &finding->unit);
    if (str_eq(name, STR("eco")))
        return record_take_str(r, &finding->eco);
    for (size_t i = 0; i < COUNT_OF(input_rows); i++) {
        const struct InputRow *row = &input_rows[i];
        if (!str_eq(row->field.name, name))
            continue;
        finding->inputs.known |= row->bit;
        return row->field.type->read(r, &row->field, (char *)&finding->inputs + row->field.offset);
    }
    json_skip(&r->json);
    return true;
}

static bool inputs_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_members(r, value, input_read);
}

const FieldType field_inputs = {inputs_write, inputs_read};

/* --- context --- */

enum { CONTEXT_MAX = 64 }; /* properties, and values of one: a policy knows a dozen */

static void context_write(RecordWriter *w, const Field *field, const void *value)
{
    const Context *context = value;
    json_put_object(&w->out);
    for (size_t i = 0; i < context->properties.len; i++) {
        const ContextProperty *property = &context->properties.at[i];
        json_put_key_str(&w->out, property->name);
        if (property->values.len == 1)
            json_put_str(&w->out, property->values.at[0]);
        else
            field_strs.write(w, field, &property->values);
    }
    json_put_end(&w->out, '}');
}

static bool property_add(RecordReader *r, Context *context, Str name)
{
    Str word;
    if (json_peek(&r->json) != JSON_STRING)
        return record_expected(r, "a word, or an array of words");
    if (!record_take_str(r, &word))
        return false;
    context_add(r->arena, context, name, word, (Str){0});
    const ContextProperty *property = context_find(context, name);
    return (context->properties.len <= CONTEXT_MAX && property->values.len <= CONTEXT_MAX) ||
           record_expected(r, "at most %d", CONTEXT_MAX);
}

static bool property_read(RecordReader *r, void *into, Str name)
{
    Context *context = into;
    if (json_peek(&r->json) != JSON_ARRAY)
        return property_add(r, context, name);
    if (!record_enter_array(r))
        return false;
    for (size_t i = 0; json_next_item(&r->json); i++) {
        record_enter(r, (Str){0}, i);
        if (!property_add(r, context, name))
            return false;
        record_leave(r);
    }
    return true;
}

static bool context_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_members(r, value, property_read);
}

const FieldType field_context = {context_write, context_read};

static void derived_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Context *context = value;
    json_put_object(&w->out);
    for (size_t i = 0; i < context->properties.len; i++)
        if (context->properties.at[i].why.len) {
            json_put_key_str(&w->out, context->properties.at[i].name);
            json_put_str(&w->out, context->properties.at[i].why);
        }
    json_put_end(&w->out, '}');
}

static bool reason_read(RecordReader *r, void *into, Str name)
{
    (void)into;
    Note *derived = vec_push(r->arena, &r->derived);
    derived->what = name;
    return record_take_str(r, &derived->why);
}

static bool derived_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_members(r, value, reason_read);
}

const FieldType field_derived = {derived_write, derived_read};

/* --- relations --- */

#define SIDE_FIELDS                                                                                \
    {.name = STR_INIT("findings"),                                                                 \
     .offset = offsetof(VerticalSide, findings),                                                   \
     .type = &field_records,                                                                       \
     .of = &finding_brief_record},                                                                 \
        {.name = STR_INIT("context"),                                                              \
         .offset = offsetof(VerticalSide, context),                                                \
         .type = &field_context},                                                                  \
    {                                                                                              \
        .name = STR_INIT("fixed"), .offset = offsetof(VerticalSide, fixed), .type = &field_strs    \
    }

static const Field host_fields[] = {SIDE_FIELDS};
static const Record host_record = {host_fields, COUNT_OF(host_fields), sizeof(VerticalSide), NULL,
                                   NULL};
static const Field container_fields[] = {
    SIDE_FIELDS,
    {.name = STR_INIT("escape"), .offset = offsetof(VerticalSide, escape), .type = &field_strs}};
static const Record container_record = {container_fields, COUNT_OF(container_fields),
                                        sizeof(VerticalSide), NULL, NULL};

bool vertical_left_out(const void *value)
{
    const Vertical *vertical = value;
    return !vertical->has_host && vertical->containers.len + vertical->members.len == 0;
}

static void host_write(RecordWriter *w, const Vertical *vertical)
{
    json_put_key(&w->out, "host");
    record_write(w, &host_record, &vertical->host);
    json_put_key(&w->out, "escape");
    field_strs.write(w, NULL, &vertical->escape);
}

static void vertical_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Vertical *vertical = value;
    json_put_object(&w->out);
    if (vertical->has_host)
        host_write(w, vertical);
    if (vertical->containers.len) {
        json_put_key(&w->out, "containers");
        json_put_object(&w->out);
        for (size_t i = 0; i < vertical->containers.len; i++) {
            json_put_key_str(&w->out, vertical->containers.at[i].name);
            record_write(w, &container_record, &vertical->containers.at[i]);
        }
        json_put_end(&w->out, '}');
    }
    if (vertical->members.len) {
        json_put_key(&w->out, "members");
        json_put_object(&w->out);
        for (size_t i = 0; i < vertical->members.len; i++) {
            json_put_key_str(&w->out, vertical->members.at[i].name);
            json_put_int(&w->out, vertical->members.at[i].raw);
        }
        json_put_end(&w->out, '}');
    }
    json_put_end(&w->out, '}');
}

static bool container_read(RecordReader *r, void *into, Str name)
{
    Vertical *vertical = into;
    VerticalSide *side = vec_push(r->arena, &vertical->containers);
    if (!record_read(r, &container_record, side))
        return false;
    side->name = name;
    return true;
}

static bool member_read(RecordReader *r, void *into, Str name)
{
    Vertical *vertical = into;
    VerticalMember *member = vec_push(r->arena, &vertical->members);
    member->name = name;
    return record_take_integer(r, 0, INT64_MAX, &member->raw);
}

static bool relation_read(RecordReader *r, void *into, Str name)
{
    Vertical *vertical = into;
    if (str_eq(name, STR("host"))) {
        vertical->has_host = true;
        vertical->host = (VerticalSide){0};
        return record_read(r, &host_record, &vertical->host);
    }
    if (str_eq(name, STR("escape")))
        return field_strs.read(r, NULL, &vertical->escape);
    if (str_eq(name, STR("containers")))
        return record_members(r, vertical, container_read);
    if (str_eq(name, STR("members")))
        return record_members(r, vertical, member_read);
    json_skip(&r->json);
    return true;
}

static bool vertical_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_members(r, value, relation_read);
}

const FieldType field_vertical = {vertical_write, vertical_read};
