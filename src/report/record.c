/* SPDX-License-Identifier: Apache-2.0 */
#include "report/record.h"

#include <assert.h>
#include <math.h>

#include "report/summary.h"

static void *field_of(void *value, const Field *field)
{
    return (char *)value + field->offset;
}

static const void *field_of_const(const void *value, const Field *field)
{
    return (const char *)value + field->offset;
}

void record_write(RecordWriter *w, const Record *record, const void *value)
{
    if (record->absent && record->absent(value)) {
        json_put_null(&w->out);
        return;
    }
    json_put_object(&w->out);
    for (size_t i = 0; i < record->count; i++) {
        const Field *field = &record->fields[i];
        const void *at = field_of_const(value, field);
        if (field->left_out && field->left_out(at))
            continue;
        json_put_key_str(&w->out, field->name);
        field->type->write(w, field, at);
    }
    json_put_end(&w->out, '}');
}

/* --- reading: the path, and what is wrong there --- */

void record_enter(RecordReader *r, Str name, size_t index)
{
    assert(r->depth < COUNT_OF(r->path));
    r->path[r->depth++] = (PathStep){name, index};
}

void record_leave(RecordReader *r)
{
    assert(r->depth > 0);
    r->depth--;
}

static Str path_str(RecordReader *r)
{
    Buf path CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < r->depth; i++)
        if (r->path[i].name.len)
            buf_printf(&path, "%s" STR_FMT, i ? "." : "", STR_ARG(str_head(r->path[i].name, 64)));
        else
            buf_printf(&path, "[%zu]", r->path[i].index);
    if (r->depth == 0)
        buf_put(&path, STR("the document"));
    return arena_str(r->arena, buf_str(&path));
}

/* A syntax error is what has to be told where there is one: json_finish will. */
bool record_expected(RecordReader *r, const char *format, ...)
{
    if (r->json.in.failed)
        return json_finish(&r->json, r->err);
    Buf what CLEANUP(buf_fini) = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&what, format, args);
    va_end(args);
    return error_set(r->err, ERR_FORMAT, STR_FMT ": expected " STR_FMT, STR_ARG(path_str(r)),
                     STR_ARG(buf_str(&what)));
}

bool record_enter_object(RecordReader *r)
{
    return json_peek(&r->json) == JSON_OBJECT ? json_enter_object(&r->json)
                                              : record_expected(r, "an object");
}

bool record_enter_array(RecordReader *r)
{
    return json_peek(&r->json) == JSON_ARRAY ? json_enter_array(&r->json)
                                             : record_expected(r, "an array");
}

bool record_members(RecordReader *r, void *into, MemberRead *read)
{
    Str name;
    if (!record_enter_object(r))
        return false;
    while (json_next_key(&r->json, &name)) {
        record_enter(r, name, 0);
        if (!read(r, into, name))
            return false;
        record_leave(r);
    }
    return true;
}

static const Field *field_find(const Record *record, Str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return &record->fields[i];
    return NULL;
}

static bool required_seen(RecordReader *r, const Record *record, uint64_t seen)
{
    for (size_t i = 0; i < record->count; i++) {
        if (!record->fields[i].required || seen >> i & 1)
            continue;
        record_enter(r, record->fields[i].name, 0);
        return record_expected(r, "it to be there");
    }
    return true;
}

static bool field_read(RecordReader *r, const Field *field, void *value, bool again)
{
    record_enter(r, field->name, 0);
    if (again)
        return record_expected(r, "to find it only once");
    if (!field->type->read(r, field, field_of(value, field)))
        return false;
    record_leave(r);
    return true;
}

bool record_read(RecordReader *r, const Record *record, void *value)
{
    Str name;
    uint64_t seen = 0;
    if (record->init)
        record->init(value);
    if (record->absent && json_peek(&r->json) == JSON_NULL) {
        json_skip(&r->json);
        return true;
    }
    if (!record_enter_object(r))
        return false;
    while (json_next_key(&r->json, &name)) {
        const Field *field = field_find(record, name);
        if (!field) {
            json_skip(&r->json);
            continue;
        }
        uint64_t bit = UINT64_C(1) << (field - record->fields);
        if (!field_read(r, field, value, seen & bit))
            return false;
        seen |= bit;
    }
    return !r->json.in.failed ? required_seen(r, record, seen) : record_expected(r, "JSON");
}

/* --- the types --- */

static void str_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_str(&w->out, *(const Str *)value);
}

bool record_take_str(RecordReader *r, Str *out)
{
    if (json_peek(&r->json) != JSON_STRING)
        return record_expected(r, "a string");
    *out = json_take_str(&r->json);
    return !r->json.in.failed || record_expected(r, "a string");
}

static bool str_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_take_str(r, value);
}

const FieldType field_str = {str_write, str_read};

static void date_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    Date date = *(const Date *)value;
    if (date == DATE_NONE)
        json_put_null(&w->out);
    else
        json_put_str(&w->out, date_str(w->arena, date));
}

static bool date_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    Date *out = value;
    JsonKind kind = json_peek(&r->json);
    Str text = json_take_str(&r->json);
    *out = date_parse(text);
    bool good = kind == JSON_NULL || (kind == JSON_STRING && text.len == 10 && *out != DATE_NONE);
    return (good && !r->json.in.failed) || record_expected(r, "a day as YYYY-MM-DD, or null");
}

const FieldType field_date = {date_write, date_read};

static void bool_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_bool(&w->out, *(const bool *)value);
}

static bool bool_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    if (json_peek(&r->json) != JSON_BOOL)
        return record_expected(r, "true or false");
    *(bool *)value = json_take_bool(&r->json, false);
    return !r->json.in.failed || record_expected(r, "true or false");
}

const FieldType field_bool = {bool_write, bool_read};

/* INT64_MIN stands for "none such": nothing that we read may be that low. */
bool record_take_integer(RecordReader *r, int64_t low, int64_t high, int64_t *out)
{
    bool number = json_peek(&r->json) == JSON_NUMBER;
    *out = number ? json_take_int(&r->json, INT64_MIN) : INT64_MIN;
    if (number && !r->json.in.failed && *out != INT64_MIN && *out >= low && *out <= high)
        return true;
    return record_expected(r, "a whole number from %lld to %lld", (long long)low, (long long)high);
}

static void integer_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_int(&w->out, *(const int64_t *)value);
}

static bool integer_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_take_integer(r, 0, INT64_MAX, value);
}

const FieldType field_integer = {integer_write, integer_read};
const FieldType field_count = {integer_write, integer_read};

static void whole_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_int(&w->out, *(const int32_t *)value);
}

static bool whole_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    int64_t whole;
    if (!record_take_integer(r, 0, INT32_MAX, &whole))
        return false;
    *(int32_t *)value = (int32_t)whole;
    return true;
}

const FieldType field_whole = {whole_write, whole_read};

static bool take_number(RecordReader *r, double high, const char *expected, double *out)
{
    bool number = json_peek(&r->json) == JSON_NUMBER;
    *out = number ? json_take_number(&r->json, -1) : -1;
    return (number && !r->json.in.failed && *out >= 0 && *out <= high) ||
           record_expected(r, "%s", expected);
}

static void tenths_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    int32_t tenths = *(const int32_t *)value;
    json_put_raw(&w->out, tenths_str(w->arena, tenths));
}

static bool tenths_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    double points;
    if (!take_number(r, 1000, "a number from 0 to 1000", &points))
        return false;
    *(int32_t *)value = (int32_t)llround(points * 10);
    return true;
}

const FieldType field_tenths = {tenths_write, tenths_read};

static void put_unless(RecordWriter *w, uint32_t value, uint32_t none)
{
    if (value == none)
        json_put_null(&w->out);
    else
        json_put_int(&w->out, value);
}

static bool take_or_null(RecordReader *r, uint32_t none, uint32_t *out)
{
    int64_t whole = none;
    if (json_peek(&r->json) == JSON_NULL)
        json_skip(&r->json);
    else if (!record_take_integer(r, 0, UINT32_MAX - 1, &whole))
        return false;
    *out = (uint32_t)whole;
    return true;
}

static void line_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    put_unless(w, *(const uint32_t *)value, 0);
}

static bool line_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return take_or_null(r, 0, value);
}

const FieldType field_line = {line_write, line_read};

static void layer_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    put_unless(w, *(const uint32_t *)value, LAYER_NONE);
}

static bool layer_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return take_or_null(r, LAYER_NONE, value);
}

const FieldType field_layer = {layer_write, layer_read};

static void number_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_number(&w->out, *(const double *)value);
}

static bool number_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return take_number(r, 1e15, "a number that is not negative", value);
}

bool record_take_fraction(RecordReader *r, double *out)
{
    return take_number(r, 1, "a number from 0 to 1", out);
}

static bool fraction_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_take_fraction(r, value);
}

const FieldType field_number = {number_write, number_read};
const FieldType field_fraction = {number_write, fraction_read};

static bool cvss_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return take_number(r, 10, "a number from 0 to 10", value);
}

const FieldType field_cvss = {number_write, cvss_read};

static void strs_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const StrVec *strs = value;
    json_put_array(&w->out);
    for (size_t i = 0; i < strs->len; i++)
        json_put_str(&w->out, strs->at[i]);
    json_put_end(&w->out, ']');
}

static bool strs_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    StrVec *strs = value;
    if (!record_enter_array(r))
        return false;
    while (json_next_item(&r->json)) {
        record_enter(r, (Str){0}, strs->len);
        if (!record_take_str(r, vec_push(r->arena, strs)))
            return false;
        record_leave(r);
    }
    return true;
}

const FieldType field_strs = {strs_write, strs_read};

static void words_write(RecordWriter *w, const Field *field, const void *value)
{
    const Words *words = field->of;
    json_put_str(&w->out, words->at(*(const unsigned *)value));
}

static bool words_expected(RecordReader *r, const Words *words)
{
    Buf list CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < words->count; i++)
        buf_printf(&list, "%s" STR_FMT,
                   i == 0                 ? ""
                   : i + 1 < words->count ? ", "
                                          : " or ",
                   STR_ARG(words->at(i)));
    return record_expected(r, STR_FMT, STR_ARG(buf_str(&list)));
}

bool record_take_words(RecordReader *r, const Words *words, unsigned *out)
{
    if (json_peek(&r->json) != JSON_STRING)
        return words_expected(r, words);
    Str word = json_take_str(&r->json);
    for (size_t i = 0; i < words->count; i++)
        if (str_eq(words->at(i), word)) {
            *out = (unsigned)i;
            return true;
        }
    return words_expected(r, words);
}

static bool words_read(RecordReader *r, const Field *field, void *value)
{
    return record_take_words(r, field->of, value);
}

const FieldType field_words = {words_write, words_read};

static void sub_write(RecordWriter *w, const Field *field, const void *value)
{
    record_write(w, field->of, value);
}

static bool sub_read(RecordReader *r, const Field *field, void *value)
{
    return record_read(r, field->of, value);
}

const FieldType field_record = {sub_write, sub_read};

static void subs_write(RecordWriter *w, const Field *field, const void *value)
{
    const AnyVec *items = value;
    const Record *record = field->of;
    json_put_array(&w->out);
    for (size_t i = 0; i < items->len; i++)
        record_write(w, record, (const char *)items->at + i * record->size);
    json_put_end(&w->out, ']');
}

static bool subs_read(RecordReader *r, const Field *field, void *value)
{
    AnyVec *items = value;
    const Record *record = field->of;
    if (!record_enter_array(r))
        return false;
    while (json_next_item(&r->json)) {
        items->at = vec_grow(r->arena, items->at, items->len, &items->cap, record->size);
        void *item = (char *)items->at + items->len * record->size;
        record_enter(r, (Str){0}, items->len++);
        if (!record_read(r, record, item))
            return false;
        record_leave(r);
    }
    return true;
}

const FieldType field_records = {subs_write, subs_read};
