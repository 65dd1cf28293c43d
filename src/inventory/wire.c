/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/wire.h"

#include <math.h>

#include "base/map.h"
#include "base/sum.h"
#include "inventory/wire_parts.h"

static const Str magic = STR_INIT("AINV1");

bool wire_fail(WireTake *take, const char *why)
{
    if (!take->why && reader_ok(&take->in)) {
        take->why = why;
        take->at = take->in.pos;
    }
    reader_fail(&take->in);
    return false;
}

size_t wire_take_count(WireTake *take, uint64_t limit)
{
    uint64_t count = reader_varint(&take->in);
    if (count > limit || count > reader_left(&take->in)) {
        wire_fail(take, "a count beyond what is there");
        return 0;
    }
    return (size_t)count;
}

void wire_put_index(Buf *out, uint32_t index, uint32_t none)
{
    buf_varint(out, index == none ? 0 : (uint64_t)index + 1);
}

uint32_t wire_take_index(WireTake *take, size_t count, uint32_t none)
{
    uint64_t index = reader_varint(&take->in);
    if (index == 0)
        return none;
    if (index > count) {
        wire_fail(take, "an index out of range");
        return none;
    }
    return (uint32_t)(index - 1);
}

static bool take_bool(WireTake *take)
{
    uint8_t value = reader_u8(&take->in);
    if (value > 1)
        wire_fail(take, "a truth value that is neither");
    return value == 1;
}

void wire_put_strs(Buf *out, const StrVec *strs)
{
    buf_varint(out, strs->len);
    for (size_t i = 0; i < strs->len; i++)
        buf_str_wire(out, strs->at[i]);
}

void wire_take_strs(WireTake *take, StrVec *out)
{
    size_t count = wire_take_count(take, UINT32_MAX);
    if (count == 1 && out->cap == 0) { /* as most have */
        out->at = arena_new(take->arena, Str);
        out->cap = 1;
    }
    for (size_t i = 0; i < count && reader_ok(&take->in); i++)
        *vec_push(take->arena, out) = reader_str(&take->in);
}

void wire_put_notes(Buf *out, const NoteVec *notes)
{
    buf_varint(out, notes->len);
    for (size_t i = 0; i < notes->len; i++) {
        buf_str_wire(out, notes->at[i].what);
        buf_str_wire(out, notes->at[i].why);
    }
}

void wire_take_notes(WireTake *take, NoteVec *out)
{
    size_t count = wire_take_count(take, UINT32_MAX);
    for (size_t i = 0; i < count && reader_ok(&take->in); i++) {
        Str what = reader_str(&take->in);
        *vec_push(take->arena, out) = (Note){what, reader_str(&take->in)};
    }
}

static void put_date(Buf *out, Date date)
{
    buf_u32le(out, (uint32_t)date);
}

static Date take_date(WireTake *take)
{
    Date date = (Date)reader_u32le(&take->in);
    if (date != date_checked(date))
        wire_fail(take, "a day beyond all calendars");
    return date_checked(date);
}

void wire_put_os(Buf *out, const OsRelease *os)
{
    buf_str_wire(out, os->id);
    buf_str_wire(out, os->version);
    buf_str_wire(out, os->codename);
    buf_str_wire(out, os->name);
    buf_str_wire(out, os->id_like);
    put_date(out, os->support_end);
}

void wire_take_os(WireTake *take, OsRelease *out)
{
    out->id = reader_str(&take->in);
    out->version = reader_str(&take->in);
    out->codename = reader_str(&take->in);
    out->name = reader_str(&take->in);
    out->id_like = reader_str(&take->in);
    out->support_end = take_date(take);
}

/* Confidences are written by hand with a few digits: a billionth keeps them exactly. */
enum { CONFIDENCE_ONE = 1000000000 };

static const size_t package_strs[] = {
    offsetof(Package, id),
    offsetof(Package, name),
    offsetof(Package, version),
    offsetof(Package, source_name),
    offsetof(Package, source_version),
    offsetof(Package, arch),
    offsetof(Package, purl),
    offsetof(Package, vendor),
    offsetof(Package, modularity),
    offsetof(Package, found_by),
};

static void put_package(Buf *out, const Package *p)
{
    buf_u8(out, (uint8_t)p->type);
    for (size_t i = 0; i < COUNT_OF(package_strs); i++)
        buf_str_wire(out, *(const Str *)(const void *)((const char *)p + package_strs[i]));
    buf_varint(out, (uint64_t)llround(p->confidence * CONFIDENCE_ONE));
    buf_u8(out, p->declared);
    buf_u8(out, p->third_party);
    wire_put_index(out, p->layer, LAYER_NONE);
    wire_put_index(out, p->owner, PACKAGE_NONE);
    wire_put_index(out, p->executable, EXECUTABLE_NONE);
    wire_put_strs(out, &p->paths);
    wire_put_strs(out, &p->licences);
}

static void take_package(WireTake *take, size_t layers, size_t packages, size_t executables,
                         Package *p)
{
    uint8_t type = reader_u8(&take->in);
    if (type >= PACKAGE_TYPES) {
        wire_fail(take, "a package of no known type");
        return;
    }
    p->type = (PackageType)type;
    for (size_t i = 0; i < COUNT_OF(package_strs); i++)
        *(Str *)(void *)((char *)p + package_strs[i]) = reader_str(&take->in);
    uint64_t confidence = reader_varint(&take->in);
    if (confidence > CONFIDENCE_ONE)
        wire_fail(take, "a confidence above 1");
    p->confidence = (double)confidence / CONFIDENCE_ONE;
    p->declared = take_bool(take);
    p->third_party = take_bool(take);
    p->layer = wire_take_index(take, layers, LAYER_NONE);
    p->owner = wire_take_index(take, packages, PACKAGE_NONE);
    p->executable = wire_take_index(take, executables, EXECUTABLE_NONE);
    wire_take_strs(take, &p->paths);
    wire_take_strs(take, &p->licences);
}

void wire_put_packages(Buf *out, const PackageVec *packages)
{
    buf_varint(out, packages->len);
    for (size_t i = 0; i < packages->len; i++)
        put_package(out, &packages->at[i]);
}

enum {
    PACKAGE_BYTES = 16
}; /* none takes fewer: so a count that lies reserves nothing to speak of */

void wire_take_packages(WireTake *take, size_t layers, size_t executables, PackageVec *out)
{
    size_t count = wire_take_count(take, take->limits->packages);
    size_t most = reader_left(&take->in) / PACKAGE_BYTES;
    vec_reserve(take->arena, out, count < most ? count : most);
    for (size_t i = 0; i < count && reader_ok(&take->in); i++)
        take_package(take, layers, count, executables, vec_push(take->arena, out));
}

void wire_put_executables(Buf *out, const ExecutableVec *executables)
{
    buf_varint(out, executables->len);
    for (size_t i = 0; i < executables->len; i++) {
        const Executable *e = &executables->at[i];
        buf_str_wire(out, e->path);
        buf_str_wire(out, e->goos);
        buf_str_wire(out, e->goarch);
        buf_str_wire(out, e->symbols);
    }
}

static bool symbols_are_whole(Str symbols)
{
    return symbols.len % 4 == 0;
}

void wire_take_executables(WireTake *take, ExecutableVec *out)
{
    size_t count = wire_take_count(take, take->limits->packages);
    for (size_t i = 0; i < count && reader_ok(&take->in); i++) {
        Executable *e = vec_push(take->arena, out);
        e->path = reader_str(&take->in);
        e->goos = reader_str(&take->in);
        e->goarch = reader_str(&take->in);
        e->symbols = reader_str(&take->in);
        if (!symbols_are_whole(e->symbols))
            wire_fail(take, "a table of symbols cut short");
    }
}

static void put_subject(Buf *out, const Subject *s)
{
    buf_u8(out, (uint8_t)s->kind);
    buf_str_wire(out, s->name);
    buf_str_wire(out, s->digest);
    buf_str_wire(out, s->platform);
    wire_put_os(out, &s->os);
    buf_varint(out, s->layers.len);
    for (size_t i = 0; i < s->layers.len; i++) {
        buf_str_wire(out, s->layers.at[i].diff_id);
        buf_str_wire(out, s->layers.at[i].digest);
        buf_u64le(out, s->layers.at[i].size);
        buf_str_wire(out, s->layers.at[i].instruction);
    }
    buf_u8(out, s->has_config);
    buf_str_wire(out, s->user);
    wire_put_strs(out, &s->ports);
    put_date(out, s->created);
}

static void take_subject(WireTake *take, Subject *s)
{
    uint8_t kind = reader_u8(&take->in);
    if (kind > SUBJECT_CONTAINER) {
        wire_fail(take, "a subject of no known kind");
        return;
    }
    s->kind = (SubjectKind)kind;
    s->name = reader_str(&take->in);
    s->digest = reader_str(&take->in);
    s->platform = reader_str(&take->in);
    wire_take_os(take, &s->os);
    size_t count = wire_take_count(take, take->limits->layers);
    for (size_t i = 0; i < count && reader_ok(&take->in); i++) {
        Layer *layer = vec_push(take->arena, &s->layers);
        layer->diff_id = reader_str(&take->in);
        layer->digest = reader_str(&take->in);
        layer->size = reader_u64le(&take->in);
        layer->instruction = reader_str(&take->in);
    }
    s->has_config = take_bool(take);
    s->user = reader_str(&take->in);
    wire_take_strs(take, &s->ports);
    s->created = take_date(take);
}

void inventory_encode(const Inventory *inventory, Buf *out)
{
    buf_put(out, magic);
    put_subject(out, &inventory->subject);
    wire_put_executables(out, &inventory->executables);
    wire_put_packages(out, &inventory->packages);
    wire_put_notes(out, &inventory->notes);
    wire_put_notes(out, &inventory->incomplete);
}

/* The sum of the index, the index, and the tables one after the other: of each the index has its length
 * and its sum. */
static void put_symbols(Buf *out, const ExecutableVec *executables)
{
    Buf index CLEANUP(buf_fini) = {0};
    buf_varint(&index, executables->len);
    for (size_t i = 0; i < executables->len; i++) {
        buf_varint(&index, executables->at[i].symbols.len);
        buf_u64le(&index, sum_of(executables->at[i].symbols));
    }
    buf_u64le(out, sum_of(buf_str(&index)));
    buf_str_wire(out, buf_str(&index));
    for (size_t i = 0; i < executables->len; i++)
        buf_put(out, executables->at[i].symbols);
}

void inventory_encode_parts(const Inventory *inventory, Buf *rest, Buf *symbols)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Inventory without = *inventory;
    without.executables = (ExecutableVec){0};
    vec_reserve(&arena, &without.executables, inventory->executables.len);
    for (size_t i = 0; i < inventory->executables.len; i++) {
        Executable *e = vec_push(&arena, &without.executables);
        *e = inventory->executables.at[i];
        e->symbols = (Str){0};
    }
    inventory_encode(&without, rest);
    put_symbols(symbols, &inventory->executables);
}

void inventory_forget_symbols(Inventory *inventory)
{
    for (size_t i = 0; i < inventory->executables.len; i++) {
        inventory->executables.at[i].symbols = (Str){0};
        inventory->executables.at[i].kept = NULL;
    }
}

bool inventory_decode_symbols(Str bytes, Arena *arena, Inventory *out)
{
    ExecutableVec *executables = &out->executables;
    Reader r = reader_of(bytes);
    uint64_t sum = reader_u64le(&r);
    Reader index = reader_of(reader_str(&r));
    bool ok =
        reader_ok(&r) && sum == sum_of(index.bytes) && reader_varint(&index) == executables->len;
    KeptSymbols *kept = arena_new_array(arena, KeptSymbols, ok ? executables->len : 0);
    for (size_t i = 0; ok && i < executables->len; i++) {
        Executable *e = &executables->at[i];
        e->symbols = reader_take(&r, reader_varint(&index));
        kept[i] = (KeptSymbols){.sum = reader_u64le(&index)};
        e->kept = &kept[i];
        ok = symbols_are_whole(e->symbols);
    }
    ok = ok && reader_ok(&r) && reader_left(&r) == 0 && reader_ok(&index) &&
         reader_left(&index) == 0;
    if (!ok)
        inventory_forget_symbols(out);
    return ok;
}

bool inventory_is_damaged(const Inventory *inventory)
{
    for (size_t i = 0; i < inventory->executables.len; i++) {
        const KeptSymbols *kept = inventory->executables.at[i].kept;
        if (kept && kept->state == SYMBOLS_DAMAGED)
            return true;
    }
    return false;
}

static bool package_is_sound(const Inventory *inventory, const Package *p)
{
    if (p->owner == PACKAGE_NONE)
        return true;
    return !package_type_is_os(p->type) &&
           package_type_is_os(inventory->packages.at[p->owner].type);
}

static void check_packages(WireTake *take, const Inventory *inventory)
{
    for (size_t i = 0; i < inventory->packages.len; i++)
        if (!package_is_sound(inventory, &inventory->packages.at[i]))
            wire_fail(take, "an owner that is no OS package");
}

static void check_ids(WireTake *take, const Inventory *inventory)
{
    Map ids;
    map_init(&ids, take->arena);
    map_reserve(&ids, inventory->packages.len);
    for (size_t i = 0; i < inventory->packages.len; i++) {
        const Package *p = &inventory->packages.at[i];
        void **place = map_get(&ids, p->id);
        if (p->id.len == 0 || *place)
            wire_fail(take, "a package without an id of its own");
        *place = take;
    }
}

static bool decode(WireTake *take, bool kept, Inventory *out)
{
    *out = (Inventory){0};
    if (!str_eq(reader_take(&take->in, magic.len), magic))
        wire_fail(take, "no inventory");
    take_subject(take, &out->subject);
    wire_take_executables(take, &out->executables);
    wire_take_packages(take, out->subject.layers.len, out->executables.len, &out->packages);
    wire_take_notes(take, &out->notes);
    wire_take_notes(take, &out->incomplete);
    if (reader_ok(&take->in))
        check_packages(take, out);
    if (reader_ok(&take->in) && !kept)
        check_ids(take, out);
    if (reader_ok(&take->in) && reader_left(&take->in))
        wire_fail(take, "bytes behind its end");
    if (!reader_ok(&take->in))
        *out = (Inventory){0};
    return reader_ok(&take->in);
}

bool inventory_decode_kept(Str bytes, Arena *arena, const Limits *limits, Inventory *out)
{
    WireTake take = {.in = reader_of(bytes), .arena = arena, .limits = limits};
    return decode(&take, true, out);
}

bool inventory_decode(Str bytes, Arena *arena, const Limits *limits, Inventory *out, Error *err)
{
    WireTake take = {.in = reader_of(bytes), .arena = arena, .limits = limits};
    return decode(&take, false, out) ||
           error_set(err, ERR_FORMAT, "inventory from the parser refused at offset %zu: %s",
                     take.why ? take.at : bytes.len, take.why ? take.why : "cut short");
}
