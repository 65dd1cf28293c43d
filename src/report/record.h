/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "base/json_out.h"
#include "base/map.h"
#include "model/result.h"

/* JSON of plain structs, both ways from one table: a Record lists the fields of a struct with their
 * promised names, and a FieldType knows how one kind of value is written and read. What is written
 * is read back, since there is only one list. */
typedef struct Record Record;
typedef struct Field Field;

/* Where an error stands: "findings[3].inputs.av". */
typedef struct PathStep {
    Str name;
    size_t index; /* of an item, where name is empty */
} PathStep;

/* The id of a package, and where it was named: findings[index].packages[item]. */
typedef struct PackageLink {
    size_t index, item;
    Str id;
} PackageLink;

typedef struct RecordReader {
    Json json;
    Arena *arena;
    Error *err;
    PathStep path[32];
    size_t depth;
    /* names that can be resolved only when all is read */
    Vec(PackageLink) links;
    Vec(PackageLink) owners; /* packages[index].owner */
    Vec(Note) derived;       /* a property and why */
} RecordReader;

typedef struct RecordWriter {
    JsonOut out;
    const Result *result;
    Arena *arena; /* for what has to be put together */
} RecordWriter;

/* `value` points to the field in its struct. Reading fails only through record_expected. */
typedef struct FieldType {
    void (*write)(RecordWriter *w, const Field *field, const void *value);
    MUST_USE bool (*read)(RecordReader *r, const Field *field, void *value);
} FieldType;

struct Field {
    Str name;
    const FieldType *type;
    size_t offset;
    const void *of;                      /* the Record or Words that the type asks for */
    bool required;                       /* reading fails without it */
    bool (*left_out)(const void *value); /* the name is not written at all */
};

struct Record {
    const Field *fields; /* at most 64 */
    size_t count;
    size_t size;                       /* of the struct */
    void (*init)(void *value);         /* what zero bytes are not; may be NULL */
    bool (*absent)(const void *value); /* written as null; NULL: never */
};

/* An enumeration, whose names are a field's words. */
typedef struct Words {
    Str (*at)(size_t i);
    size_t count;
} Words;

/* ID_words, of an enumeration and the function that names its values. */
#define WORDS(id, name_of, enum_name, how_many)                                                    \
    static Str id##_word(size_t i)                                                                 \
    {                                                                                              \
        return name_of((enum_name)i);                                                              \
    }                                                                                              \
    static const Words id##_words = {id##_word, how_many}

/* A generic Vec. */
typedef struct AnyVec {
    void *at;
    size_t len, cap;
} AnyVec;

extern const FieldType field_str;      /* Str */
extern const FieldType field_date;     /* Date, null for DATE_NONE */
extern const FieldType field_bool;     /* bool */
extern const FieldType field_count;    /* uint64_t */
extern const FieldType field_integer;  /* int64_t */
extern const FieldType field_whole;    /* int32_t */
extern const FieldType field_tenths;   /* int32_t, written with one decimal */
extern const FieldType field_line;     /* uint32_t, null for 0 */
extern const FieldType field_layer;    /* uint32_t, null for LAYER_NONE */
extern const FieldType field_number;   /* double, at least 0 */
extern const FieldType field_fraction; /* double, in [0, 1] */
extern const FieldType field_cvss;     /* double, in [0, 10] */
extern const FieldType field_strs;     /* StrVec */
extern const FieldType field_words;    /* an enumeration; of: Words */
extern const FieldType field_record;   /* of: Record; null where it is absent */
extern const FieldType field_records;  /* a Vec; of: Record of its items */

void record_write(RecordWriter *w, const Record *record, const void *value);
MUST_USE bool record_read(RecordReader *r, const Record *record, void *value);

/* Always false: "findings[3].inputs.av: expected ...". */
bool record_expected(RecordReader *r, const char *format, ...) PRINTF_LIKE(2, 3);
/* For types of other files: steps that only errors see. */
void record_enter(RecordReader *r, Str name, size_t index);
void record_leave(RecordReader *r);
/* Reading by hand: true if the next value is an object or array, and entered. */
MUST_USE bool record_enter_object(RecordReader *r);
MUST_USE bool record_enter_array(RecordReader *r);
/* An object whose names are no fixed fields: `read` takes the value behind each name. */
typedef bool MemberRead(RecordReader *r, void *into, Str name);
MUST_USE bool record_members(RecordReader *r, void *into, MemberRead *read);
MUST_USE bool record_take_fraction(RecordReader *r, double *out);
MUST_USE bool record_take_integer(RecordReader *r, int64_t low, int64_t high, int64_t *out);
MUST_USE bool record_take_str(RecordReader *r, Str *out);
MUST_USE bool record_take_words(RecordReader *r, const Words *words, unsigned *out);
