/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/layer_result.h"

#include <stdarg.h>

#include "inventory/sink.h"
#include "inventory/wire_parts.h"

void layer_result_init(LayerResult *result, Arena *arena, const Limits *limits)
{
    *result = (LayerResult){.found = {.arena = arena, .limits = limits}};
}

static Str base_of(Str path)
{
    return str_from_pos(path, str_rfind_char(path, '/') + 1); /* STR_NONE + 1 is 0 */
}

static bool wants_path(const Cataloger *row, Str path, Str base)
{
    return row->wants_path && row->wants_path(path, base);
}

static bool wants_head(const Cataloger *row, Str path, Str head)
{
    return row->wants_head && row->wants_head(path, head);
}

static void spans_begin(const CatalogSink *found, LayerFile *file)
{
    file->packages.first = (uint32_t)found->packages.len;
    file->owned.first = (uint32_t)found->owned.len;
    file->notes.first = (uint32_t)found->notes.len;
    file->incomplete.first = (uint32_t)found->incomplete.len;
}

static void spans_end(const CatalogSink *found, LayerFile *file)
{
    file->packages.end = (uint32_t)found->packages.len;
    file->owned.end = (uint32_t)found->owned.len;
    file->notes.end = (uint32_t)found->notes.len;
    file->incomplete.end = (uint32_t)found->incomplete.len;
}

void layer_result_read(LayerResult *result, Str path, Str as, Str bytes, uint32_t mode)
{
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    CatalogSink *found = &result->found;
    found->os = (OsRelease){.support_end = DATE_NONE};
    found->os_rank = 0;
    LayerFile file = {.path = arena_str(found->arena, path)};
    file.as = str_eq(path, as) ? file.path : arena_str(found->arena, as);
    spans_begin(found, &file);
    CatalogFile input = {.path = file.as, .bytes = bytes, .mode = mode};
    Str base = base_of(as), head = str_head(bytes, LAYER_HEAD);
    for (size_t i = 0; i < count; i++)
        if (wants_path(rows[i], as, base) || wants_head(rows[i], as, head))
            rows[i]->read(&input, found);
    spans_end(found, &file);
    file.os = found->os;
    file.os_rank = found->os_rank;
    *vec_push(found->arena, &result->files) = file;
}

void layer_result_say(LayerResult *result, Str path, bool incomplete, const char *format, ...)
{
    CatalogSink *found = &result->found;
    LayerFile file = {.path = arena_str(found->arena, path), .os.support_end = DATE_NONE};
    file.as = file.path;
    spans_begin(found, &file);
    Buf why CLEANUP(buf_fini) = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&why, format, args);
    va_end(args);
    Str what = path.len ? path : STR("layer");
    if (incomplete)
        sink_incomplete(found, what, STR_FMT, STR_ARG(buf_str(&why)));
    else
        sink_note(found, what, STR_FMT, STR_ARG(buf_str(&why)));
    spans_end(found, &file);
    *vec_push(found->arena, &result->files) = file;
}

static LayerInterest visit_interest(void *self, const LayerEntry *entry)
{
    (void)self;
    if (catalogers_want_path(entry->path))
        return LAYER_TAKE;
    return catalogers_may_look(entry->path, entry->mode) ? LAYER_PEEK : LAYER_SKIP;
}

static bool visit_wants(void *self, const LayerEntry *entry, Str head)
{
    (void)self;
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    for (size_t i = 0; i < count; i++)
        if (wants_head(rows[i], entry->path, head))
            return true;
    return false;
}

static bool visit_worth(void *self, const LayerEntry *entry, Str head, Fd file)
{
    (void)self;
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    for (size_t i = 0; i < count; i++)
        if (wants_head(rows[i], entry->path, head) &&
            (!rows[i]->worth || rows[i]->worth(file, head, entry->size)))
            return true;
    return false;
}

static bool visit_has_tail(void *self, const LayerEntry *entry, Str head)
{
    (void)self;
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    for (size_t i = 0; i < count; i++)
        if (wants_head(rows[i], entry->path, head) &&
            !(rows[i]->has_tail && rows[i]->has_tail(head, entry->size)))
            return false;
    return true;
}

static void visit_tail(void *self, const LayerEntry *entry, Str head, Str tail)
{
    LayerResult *result = self;
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    for (size_t i = 0; i < count; i++)
        if (wants_head(rows[i], entry->path, head) &&
            rows[i]->worth_tail(head, entry->size, tail)) {
            *vec_push(result->found.arena, &result->again) =
                arena_str(result->found.arena, entry->path);
            return;
        }
}

static bool visit_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    (void)err;
    layer_result_read(self, entry->path, entry->path, bytes, entry->mode);
    return true;
}

static void visit_oversize(void *self, const LayerEntry *entry, uint64_t limit)
{
    layer_result_say(self, entry->path, true, "%llu bytes, more than the %llu that are read",
                     (unsigned long long)entry->size, (unsigned long long)limit);
}

/* Of the walk, not of a file's content: it stands however the tree ends up. */
static void visit_note(void *self, Str path, uint64_t offset, const char *what, bool incomplete)
{
    layer_result_say(self, (Str){0}, incomplete, STR_FMT "%s%s at offset %llu", STR_ARG(path),
                     path.len ? ": " : "", what, (unsigned long long)offset);
}

LayerVisitor layer_result_visitor(LayerResult *result)
{
    return (LayerVisitor){.self = result,
                          .interest = visit_interest,
                          .wants = visit_wants,
                          .worth = visit_worth,
                          .has_tail = visit_has_tail,
                          .tail = visit_tail,
                          .bytes = visit_bytes,
                          .oversize = visit_oversize,
                          .note = visit_note};
}

static const Str magic = STR_INIT("ALAY");

static void put_span(Buf *out, LayerSpan span)
{
    buf_varint(out, span.first);
    buf_varint(out, span.end - span.first);
}

static LayerSpan take_span(WireTake *take, size_t count)
{
    uint64_t first = reader_varint(&take->in), len = reader_varint(&take->in);
    if (first > count || len > count - first) {
        wire_fail(take, "a span out of range");
        return (LayerSpan){0};
    }
    return (LayerSpan){(uint32_t)first, (uint32_t)(first + len)};
}

static void put_owned(Buf *out, const CatalogOwnedVec *owned)
{
    buf_varint(out, owned->len);
    for (size_t i = 0; i < owned->len; i++) {
        bool same = i && str_eq(owned->at[i].package, owned->at[i - 1].package);
        buf_str_wire(out, owned->at[i].path);
        buf_str_wire(out, same ? (Str){0} : owned->at[i].package);
    }
}

static void take_owned(WireTake *take, CatalogOwnedVec *out)
{
    size_t count = wire_take_count(take, take->limits->entries);
    Str last = {0};
    for (size_t i = 0; i < count && reader_ok(&take->in); i++) {
        Str path = reader_str(&take->in), package = reader_str(&take->in);
        last = package.len ? package : last;
        *vec_push(take->arena, out) = (CatalogOwned){path, last};
    }
}

static void put_file(Buf *out, const LayerFile *file)
{
    buf_str_wire(out, file->path);
    buf_str_wire(out, file->as);
    put_span(out, file->packages);
    put_span(out, file->owned);
    put_span(out, file->notes);
    put_span(out, file->incomplete);
    buf_varint(out, file->os_rank);
    if (file->os_rank)
        wire_put_os(out, &file->os);
}

static void take_file(WireTake *take, const CatalogSink *found, LayerFile *file)
{
    file->path = reader_str(&take->in);
    file->as = reader_str(&take->in);
    file->packages = take_span(take, found->packages.len);
    file->owned = take_span(take, found->owned.len);
    file->notes = take_span(take, found->notes.len);
    file->incomplete = take_span(take, found->incomplete.len);
    uint64_t rank = reader_varint(&take->in);
    if (rank > UINT32_MAX)
        wire_fail(take, "a rank out of range");
    file->os_rank = (uint32_t)rank;
    file->os.support_end = DATE_NONE;
    if (rank)
        wire_take_os(take, &file->os);
}

void layer_result_encode(const LayerResult *result, Buf *out)
{
    buf_put(out, magic);
    buf_u32le(out, LAYER_RESULT_VERSION);
    wire_put_executables(out, &result->found.executables);
    wire_put_packages(out, &result->found.packages);
    put_owned(out, &result->found.owned);
    wire_put_notes(out, &result->found.notes);
    wire_put_notes(out, &result->found.incomplete);
    buf_varint(out, result->files.len);
    for (size_t i = 0; i < result->files.len; i++)
        put_file(out, &result->files.at[i]);
}

bool layer_result_decode(Str bytes, Arena *arena, const Limits *limits, LayerResult *out,
                         Error *err)
{
    WireTake take = {.in = reader_of(arena_str(arena, bytes)), .arena = arena, .limits = limits};
    layer_result_init(out, arena, limits);
    CatalogSink *found = &out->found;
    if (!str_eq(reader_take(&take.in, magic.len), magic) ||
        reader_u32le(&take.in) != LAYER_RESULT_VERSION)
        wire_fail(&take, "of another version");
    wire_take_executables(&take, &found->executables);
    wire_take_packages(&take, 0, found->executables.len, &found->packages);
    take_owned(&take, &found->owned);
    wire_take_notes(&take, &found->notes);
    wire_take_notes(&take, &found->incomplete);
    size_t count = wire_take_count(&take, limits->entries);
    for (size_t i = 0; i < count && reader_ok(&take.in); i++)
        take_file(&take, found, vec_push(arena, &out->files));
    if (reader_ok(&take.in) && reader_left(&take.in))
        wire_fail(&take, "bytes behind its end");
    if (reader_ok(&take.in))
        return true;
    layer_result_init(out, arena, limits);
    return error_set(err, ERR_FORMAT, "result of a layer refused at offset %zu: %s",
                     take.why ? take.at : bytes.len, take.why ? take.why : "cut short");
}
