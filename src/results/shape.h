/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/reader.h"

/* Bytes of plain structs, both ways from one table: a Shape lists the fields of a struct, and what
 * shape_put writes by it shape_take reads by it, so that the two cannot disagree. */
typedef struct Shape Shape;

typedef enum RowKind {
    ROW_APART,    /* nothing: somebody else writes it */
    ROW_STR,      /* Str */
    ROW_STRS,     /* StrVec */
    ROW_BOOL,     /* bool, 0 or 1 */
    ROW_BOOLS,    /* an array of bool */
    ROW_BELOW,    /* an enumeration or an int32_t; of: SHAPE_BELOW(its bound) */
    ROW_U32,      /* uint32_t */
    ROW_I32,      /* int32_t */
    ROW_U64,      /* uint64_t */
    ROW_I64,      /* int64_t */
    ROW_DATE,     /* Date, see date_checked */
    ROW_NUMBER,   /* double, to the bit; none is beyond a thousand, or no number */
    ROW_AV,       /* char: an attack vector's letter, or 0 */
    ROW_LAYER,    /* uint32_t below ShapeTake.layers, or LAYER_NONE */
    ROW_PACKAGES, /* Vec(uint32_t), each below ShapeTake.packages */
    ROW_PART,     /* a struct; of: its Shape */
    ROW_LIST,     /* a Vec; of: the Shape of its items */
    ROW_KINDS,
} RowKind;

typedef struct Row {
    RowKind kind;
    uint32_t offset, size; /* of the field */
    const void *of;
} Row;

struct Shape {
    const Row *rows;
    size_t count;
    size_t size; /* of the struct */
};

/* SHAPE(name, Type, FIELDS) makes name_shape of a list that names every field of the struct, in the
 * order of its declaration:
 *     #define FIELDS(ROW, OF, ARRAY) ROW(STR, Type, one), OF(LIST, Type, other, &item_shape), ...
 * name_whole gives each an initializer. A compiler that is told to
 *     #pragma GCC diagnostic error "-Wmissing-field-initializers"
 * then refuses a list that lacks one: so whoever adds a field is told, even where no size changes
 * because padding had room for it. */
#define SHAPE(name, type, fields)                                                                  \
    __attribute__((unused)) static void name##_whole(void)                                         \
    {                                                                                              \
        (void)sizeof((type){fields(SHAPE_ZERO, SHAPE_ZERO_OF, SHAPE_ZERO_ARRAY)});                 \
    }                                                                                              \
    static const Row name##_rows[] = {fields(SHAPE_ROW, SHAPE_ROW_OF, SHAPE_ROW)};                 \
    static const Shape name##_shape = {name##_rows, COUNT_OF(name##_rows), sizeof(type)}
#define SHAPE_BELOW(bound) (&(const uint32_t){bound})

#define SHAPE_FIELD(type, field) (((type *)0)->field)
#define SHAPE_ROW(row, type, field) SHAPE_ROW_OF(row, type, field, NULL)
#define SHAPE_ROW_OF(row, type, field, what)                                                       \
    {                                                                                              \
        ROW_##row, offsetof(type, field), sizeof SHAPE_FIELD(type, field), (what)                  \
    }
#define SHAPE_ZERO(row, type, field) ((__typeof__ SHAPE_FIELD(type, field)){0})
#define SHAPE_ZERO_OF(row, type, field, what) SHAPE_ZERO(row, type, field)
#define SHAPE_ZERO_ARRAY(row, type, field)                                                         \
    {                                                                                              \
        0                                                                                          \
    }

typedef struct ShapeTake {
    Reader in;
    Arena *arena;
    size_t packages, layers; /* how many there are to be pointed at */
    const char *why;         /* the first thing that was wrong; NULL: the bytes end early */
    size_t at;               /* where that was */
} ShapeTake;

void shape_put(Buf *out, const Shape *shape, const void *value);
/* Into a zeroed struct; strings look into the bytes. Where something cannot be, the reader fails:
 * callers ask reader_ok, and use nothing of *value unless it is. */
void shape_take(ShapeTake *take, const Shape *shape, void *value);
void shape_fail(ShapeTake *take, const char *why);
