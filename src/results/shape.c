/* SPDX-License-Identifier: Apache-2.0 */
#include "results/shape.h"

#include <assert.h>
#include <math.h>

#include "model/package.h"

/* A generic Vec. */
typedef struct AnyVec {
    void *at;
    size_t len, cap;
} AnyVec;
typedef Vec(uint32_t) IndexVec;

typedef union DoubleBits {
    double value;
    uint64_t bits;
} DoubleBits;

static const double largest_number = 1000;

/* Small either way: 0, -1, 1, -2 become 0, 1, 2, 3. */
static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t bits)
{
    return (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
}

/* --- writing --- */

/* What a field of each kind takes; 0: that depends. Who names a field by a wrong kind is told by the
 * first result that is written. */
static const uint8_t row_sizes[ROW_KINDS] = {
    [ROW_STR] = sizeof(Str),      [ROW_STRS] = sizeof(StrVec),
    [ROW_BOOL] = sizeof(bool),    [ROW_BELOW] = sizeof(uint32_t),
    [ROW_U32] = sizeof(uint32_t), [ROW_I32] = sizeof(int32_t),
    [ROW_U64] = sizeof(uint64_t), [ROW_I64] = sizeof(int64_t),
    [ROW_DATE] = sizeof(Date),    [ROW_NUMBER] = sizeof(double),
    [ROW_AV] = sizeof(char),      [ROW_LAYER] = sizeof(uint32_t),
    [ROW_LIST] = sizeof(AnyVec),  [ROW_PACKAGES] = sizeof(IndexVec),
};

static void put_strs(Buf *out, const StrVec *strs)
{
    buf_varint(out, strs->len);
    for (size_t i = 0; i < strs->len; i++)
        buf_str_wire(out, strs->at[i]);
}

static void put_indexes(Buf *out, const IndexVec *indexes)
{
    buf_varint(out, indexes->len);
    for (size_t i = 0; i < indexes->len; i++)
        buf_varint(out, indexes->at[i]);
}

static void put_bools(Buf *out, const bool *bools, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_u8(out, bools[i]);
}

static void put_rows(Buf *out, const Shape *shape, const void *value);

/* Once for all that is written, not for each of its items. */
static void check_shape(const Shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const Row *row = &shape->rows[i];
        assert(!row_sizes[row->kind] || row_sizes[row->kind] == row->size);
        assert(row->kind != ROW_PART || ((const Shape *)row->of)->size == row->size);
        assert(i == 0 || row->offset > row[-1].offset);
        if (row->kind == ROW_PART || row->kind == ROW_LIST)
            check_shape(row->of);
    }
}

static void put_list(Buf *out, const Shape *shape, const AnyVec *items)
{
    buf_varint(out, items->len);
    for (size_t i = 0; i < items->len; i++)
        put_rows(out, shape, (const char *)items->at + i * shape->size);
}

/* Dates come by the six and most are none: 0. */
static void put_date(Buf *out, Date date)
{
    buf_varint(out, date == DATE_NONE ? 0 : zigzag(date) + 1);
}

static void put_row(Buf *out, const Row *row, const void *value)
{
    switch (row->kind) {
    case ROW_STR:
        buf_str_wire(out, *(const Str *)value);
        break;
    case ROW_STRS:
        put_strs(out, value);
        break;
    case ROW_BOOL:
    case ROW_BOOLS:
        put_bools(out, value, row->size);
        break;
    case ROW_BELOW:
    case ROW_U32:
        buf_varint(out, *(const uint32_t *)value);
        break;
    case ROW_I32:
        buf_varint(out, zigzag(*(const int32_t *)value));
        break;
    case ROW_U64:
        buf_varint(out, *(const uint64_t *)value);
        break;
    case ROW_I64:
        buf_varint(out, zigzag(*(const int64_t *)value));
        break;
    case ROW_DATE:
        put_date(out, *(const Date *)value);
        break;
    case ROW_NUMBER:
        buf_u64le(out, (DoubleBits){.value = *(const double *)value}.bits);
        break;
    case ROW_AV:
        buf_put_char(out, *(const char *)value);
        break;
    case ROW_LAYER: /* LAYER_NONE becomes 0 */
        buf_varint(out, *(const uint32_t *)value + 1u);
        break;
    case ROW_PACKAGES:
        put_indexes(out, value);
        break;
    case ROW_PART:
        put_rows(out, row->of, value);
        break;
    case ROW_LIST:
        put_list(out, row->of, value);
        break;
    case ROW_APART:
    case ROW_KINDS:
        break;
    }
}

static void put_rows(Buf *out, const Shape *shape, const void *value)
{
    for (size_t i = 0; i < shape->count; i++)
        put_row(out, &shape->rows[i], (const char *)value + shape->rows[i].offset);
}

void shape_put(Buf *out, const Shape *shape, const void *value)
{
    check_shape(shape);
    put_rows(out, shape, value);
}

/* --- reading --- */

__attribute__((cold)) void shape_fail(ShapeTake *take, const char *why)
{
    if (!take->why && reader_ok(&take->in)) {
        take->why = why;
        take->at = take->in.pos;
    }
    reader_fail(&take->in);
}

/* How many follow, of at least `least` bytes each: so a count that lies reserves no more than some
 * multiple of the bytes that are there. */
static size_t take_count(ShapeTake *take, size_t least)
{
    uint64_t count = reader_varint(&take->in);
    if (count <= reader_left(&take->in) / least)
        return (size_t)count;
    shape_fail(take, "a count beyond what is there");
    return 0;
}

static inline uint32_t take_u32(ShapeTake *take, uint64_t bound, const char *why)
{
    uint64_t value = reader_varint(&take->in);
    if (value < bound)
        return (uint32_t)value;
    shape_fail(take, why);
    return 0;
}

static int32_t take_i32(ShapeTake *take)
{
    int64_t value = unzigzag(reader_varint(&take->in));
    if (value >= INT32_MIN && value <= INT32_MAX)
        return (int32_t)value;
    shape_fail(take, "a number out of range");
    return 0;
}

static Date take_date(ShapeTake *take)
{
    uint64_t bits = reader_varint(&take->in);
    if (bits == 0)
        return DATE_NONE;
    Date date = date_checked(unzigzag(bits - 1));
    if (date == DATE_NONE)
        shape_fail(take, "a day beyond all calendars");
    return date;
}

/* No score or probability is larger, and who rounds one for display need not fear what has no
 * integer. */
static double take_number(ShapeTake *take)
{
    double value = (DoubleBits){.bits = reader_u64le(&take->in)}.value;
    if (fabs(value) <= largest_number)
        return value;
    shape_fail(take, "a number that nothing here can have");
    return 0;
}

static bool is_av(char c)
{
    return c == 'N' || c == 'A' || c == 'L' || c == 'P' || c == '?' || c == '\0';
}

static char take_av(ShapeTake *take)
{
    char letter = (char)reader_u8(&take->in);
    if (!is_av(letter))
        shape_fail(take, "an attack vector of no known letter");
    return letter;
}

static void take_bools(ShapeTake *take, bool *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t value = reader_u8(&take->in);
        if (value > 1)
            shape_fail(take, "a truth value that is neither");
        out[i] = value == 1;
    }
}

static void take_strs(ShapeTake *take, StrVec *out)
{
    size_t count = take_count(take, 1);
    if (count == 0)
        return;
    vec_reserve(take->arena, out, count);
    for (size_t i = 0; i < count; i++)
        out->at[i] = reader_str(&take->in);
    out->len = count;
}

static void take_packages(ShapeTake *take, IndexVec *out)
{
    size_t count = take_count(take, 1);
    if (count == 0)
        return;
    vec_reserve(take->arena, out, count);
    for (size_t i = 0; i < count; i++)
        out->at[i] = take_u32(take, take->packages, "a package that is not there");
    out->len = count;
}

/* The fewest bytes that such a struct takes: a list that claims more items than can follow reserves
 * nothing. */
static size_t shape_least(const Shape *shape)
{
    size_t least = 0;
    for (size_t i = 0; i < shape->count; i++) {
        const Row *row = &shape->rows[i];
        least += row->kind == ROW_PART     ? shape_least(row->of)
                 : row->kind == ROW_NUMBER ? sizeof(double)
                 : row->kind == ROW_BOOLS  ? row->size
                                           : row->kind != ROW_APART;
    }
    return least;
}

static void take_list(ShapeTake *take, const Shape *shape, AnyVec *out)
{
    size_t count = take_count(take, shape_least(shape));
    if (count == 0)
        return;
    out->at = vec_room(take->arena, NULL, 0, &out->cap, shape->size, count);
    for (; out->len < count && reader_ok(&take->in); out->len++)
        shape_take(take, shape, (char *)out->at + out->len * shape->size);
}

/* Those that take many things: apart, so that what shape_take does most takes few registers. */
__attribute__((noinline)) static void take_many(ShapeTake *take, const Row *row, void *value)
{
    if (row->kind == ROW_STRS)
        take_strs(take, value);
    else if (row->kind == ROW_BOOLS)
        take_bools(take, value, row->size);
    else if (row->kind == ROW_PACKAGES)
        take_packages(take, value);
    else if (row->kind == ROW_LIST)
        take_list(take, row->of, value);
}

static inline void take_row(ShapeTake *take, const Row *row, void *value)
{
    switch (row->kind) {
    case ROW_STR:
        *(Str *)value = reader_str(&take->in);
        break;
    case ROW_BOOL:
        *(bool *)value = take_u32(take, 2, "a truth value that is neither");
        break;
    case ROW_BELOW:
        *(uint32_t *)value = take_u32(take, *(const uint32_t *)row->of, "a value of no meaning");
        break;
    case ROW_U32:
        *(uint32_t *)value = take_u32(take, UINT64_C(1) << 32, "a number out of range");
        break;
    case ROW_I32:
        *(int32_t *)value = take_i32(take);
        break;
    case ROW_U64:
        *(uint64_t *)value = reader_varint(&take->in);
        break;
    case ROW_I64:
        *(int64_t *)value = unzigzag(reader_varint(&take->in));
        break;
    case ROW_DATE:
        *(Date *)value = take_date(take);
        break;
    case ROW_NUMBER:
        *(double *)value = take_number(take);
        break;
    case ROW_AV:
        *(char *)value = take_av(take);
        break;
    case ROW_LAYER: /* 0 becomes LAYER_NONE */
        *(uint32_t *)value = take_u32(take, take->layers + 1, "a layer that is not there") - 1;
        break;
    case ROW_PART:
        shape_take(take, row->of, value);
        break;
    default:
        take_many(take, row, value);
        break;
    }
}

void shape_take(ShapeTake *take, const Shape *shape, void *value)
{
    const Row *end = shape->rows + shape->count;
    for (const Row *row = shape->rows; row < end; row++)
        take_row(take, row, (char *)value + row->offset);
}
