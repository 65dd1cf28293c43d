/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/object.h"

enum {
    ELF_EXEC = 2,
    ELF_DYN = 3,
    ELF_LOAD = 1,
    ELF_WRITE = 2,
    ELF_NOBITS = 8,
    ELF_SECTION_WRITE = 1,
    SECTIONS_LIMIT = 65536,
    SEGMENTS_LIMIT = 256,
    MACHO_SEGMENT = 1,
    MACHO_SEGMENT_64 = 0x19,
    MACHO_WRITE = 2,
};

#define PE_WRITE 0x80000000u

uint16_t object_u16(const Object *object, Reader *r)
{
    return object->big ? reader_u16be(r) : reader_u16le(r);
}

uint32_t object_u32(const Object *object, Reader *r)
{
    return object->big ? reader_u32be(r) : reader_u32le(r);
}

uint64_t object_word(const Object *object, Reader *r)
{
    if (object->word == 4)
        return object_u32(object, r);
    return object->big ? reader_u64be(r) : reader_u64le(r);
}

/* What of [offset, offset + size) lies in the file. */
static Str object_range(const Object *object, uint64_t offset, uint64_t size)
{
    if (offset >= object->bytes.len)
        return (Str){0};
    Str rest = str_from_pos(object->bytes, (size_t)offset);
    return size < rest.len ? str_head(rest, (size_t)size) : rest;
}

static Reader object_reader(const Object *object, uint64_t offset)
{
    return reader_of(object_range(object, offset, UINT64_MAX));
}

static Str c_string(Str bytes)
{
    enum { NAME_LIMIT = 64 }; /* no name we look for is longer */
    bytes = str_head(bytes, NAME_LIMIT);
    size_t end = str_find_char(bytes, 0);
    return end == STR_NONE ? bytes : str_head(bytes, end);
}

/* ---- ELF ---- */

static bool head_is_elf(Str head)
{
    return str_starts(head, STR("\177ELF"));
}

typedef struct ElfTable {
    uint64_t offset, count;
    uint16_t size; /* of an entry */
} ElfTable;

typedef struct ElfSection {
    uint32_t name, type, link;
    uint64_t flags, addr, offset, size;
} ElfSection;

static bool elf_section_take(const Object *o, const ElfTable *table, uint64_t index,
                             ElfSection *out)
{
    Reader r = object_reader(o, table->offset + index * table->size);
    out->name = object_u32(o, &r);
    out->type = object_u32(o, &r);
    out->flags = object_word(o, &r);
    out->addr = object_word(o, &r);
    out->offset = object_word(o, &r);
    out->size = object_word(o, &r);
    out->link = object_u32(o, &r);
    return reader_ok(&r);
}

static bool elf_sections(Object *o, Arena *arena, ElfTable table, uint32_t names_index)
{
    ElfSection first, names, section;
    if (table.offset == 0)
        return true;
    if (table.offset > o->bytes.len || table.size < (o->word == 8 ? 64 : 40) ||
        !elf_section_take(o, &table, 0, &first))
        return false;
    /* More than fit 16 bits: the first header says how many. */
    table.count = table.count ? table.count : first.size;
    names_index = names_index == UINT16_MAX ? first.link : names_index;
    if (table.count > SECTIONS_LIMIT || !elf_section_take(o, &table, names_index, &names))
        return false;
    Str name_bytes = object_range(o, names.offset, names.size);
    for (uint64_t i = 1; i < table.count; i++) {
        if (!elf_section_take(o, &table, i, &section))
            return false;
        if (section.type == ELF_NOBITS)
            section.size = 0;
        *vec_push(arena, &o->sections) =
            (ObjectPart){.name = c_string(str_from_pos(name_bytes, section.name)),
                         .addr = section.addr,
                         .bytes = object_range(o, section.offset, section.size),
                         .writable = section.flags & ELF_SECTION_WRITE};
    }
    return true;
}

static bool elf_segments(Object *o, Arena *arena, ElfTable table)
{
    if (table.offset > o->bytes.len || table.count > SEGMENTS_LIMIT ||
        (table.count && table.size < (o->word == 8 ? 56 : 32)))
        return false;
    for (uint64_t i = 0; i < table.count; i++) {
        Reader r = object_reader(o, table.offset + i * table.size);
        uint32_t type = object_u32(o, &r), flags = o->word == 8 ? object_u32(o, &r) : 0;
        uint64_t offset = object_word(o, &r), addr = object_word(o, &r);
        object_word(o, &r);
        uint64_t size = object_word(o, &r);
        object_word(o, &r);
        if (o->word == 4)
            flags = object_u32(o, &r);
        if (!reader_ok(&r))
            return false;
        if (type == ELF_LOAD)
            *vec_push(arena, &o->segments) = (ObjectPart){.addr = addr,
                                                          .bytes = object_range(o, offset, size),
                                                          .writable = flags & ELF_WRITE};
    }
    return true;
}

typedef struct ElfHeader {
    ElfTable programs, sections;
    uint16_t names; /* the section that holds the sections' names */
} ElfHeader;

static bool elf_header(Object *o, ElfHeader *out)
{
    Reader r = reader_of(o->bytes);
    reader_skip(&r, 4);
    o->word = reader_u8(&r) == 2 ? 8 : 4;
    o->big = reader_u8(&r) == 2;
    reader_seek(&r, 24);
    object_word(o, &r);
    *out = (ElfHeader){0};
    out->programs.offset = object_word(o, &r);
    out->sections.offset = object_word(o, &r);
    reader_skip(&r, 6);
    out->programs.size = object_u16(o, &r);
    out->programs.count = object_u16(o, &r);
    out->sections.size = object_u16(o, &r);
    out->sections.count = object_u16(o, &r);
    out->names = object_u16(o, &r);
    return reader_ok(&r);
}

static bool elf_open(Object *o, Arena *arena)
{
    ElfHeader header;
    bool whole = elf_header(o, &header);
    /* A program runs without section headers: whoever damages them hides nothing. */
    if (!elf_sections(o, arena, header.sections, header.names))
        o->sections.len = 0;
    return whole && elf_segments(o, arena, header.programs);
}

static bool table_fits(const ElfTable *table, uint64_t entry, uint64_t most, uint64_t size)
{
    return table->count <= most && table->size >= entry && table->offset <= size &&
           table->count * table->size <= size - table->offset;
}

/* A file of `size` bytes, or its end. */
typedef struct Source {
    Fd file; /* -1: `known` is all there is */
    uint64_t size, from;
    Str known; /* the bytes from `from` on */
} Source;

/* What stands before it is read along: linkers put the names right before the list of sections, of
 * which theirs is the last. */
static bool source_read(Source *source, uint64_t offset, uint64_t len, Arena *arena)
{
    enum { BEFORE = 4 << 10 };
    uint64_t before = offset < BEFORE ? offset : BEFORE;
    size_t got = 0, all = (size_t)(before + len);
    char *into = arena_alloc(arena, all);
    source->from = offset - before;
    source->known = str_of(into, all);
    return fd_pread(source->file, into, all, source->from, &got, NULL) && got == all;
}

static bool source_range(Source *source, uint64_t offset, uint64_t len, Arena *arena, Str *out)
{
    uint64_t at = offset - source->from;
    bool known = offset >= source->from && at <= source->known.len && len <= source->known.len - at;
    if (!known && (source->file < 0 || !source_read(source, offset, len, arena)))
        return false;
    *out = str_head(str_from_pos(source->known, (size_t)(offset - source->from)), (size_t)len);
    return true;
}

static bool frame_read(Str head, uint64_t size, Object *o, ElfHeader *header)
{
    return head_is_elf(head) && elf_header(o, header) && header->sections.offset != 0 &&
           header->sections.count >= 2 && header->names < header->sections.count &&
           table_fits(&header->sections, o->word == 8 ? 64 : 40, SECTIONS_LIMIT, size) &&
           table_fits(&header->programs, o->word == 8 ? 56 : 32, SEGMENTS_LIMIT, size);
}

/* Nothing but a sound frame, so that what is left out here is nothing elf_open would have found. */
static bool section_names(Source *source, Str head, Arena *arena, Str *names)
{
    enum { NAMES_LIMIT = 64 << 10 };
    uint64_t size = source->size;
    Object o = {.bytes = head};
    ElfHeader header;
    ElfSection section;
    Str bytes;
    if (!frame_read(head, size, &o, &header))
        return false;
    uint64_t at = header.sections.offset + (uint64_t)header.names * header.sections.size;
    if (!source_range(source, at, header.sections.size, arena, &bytes))
        return false;
    o.bytes = bytes;
    if (!elf_section_take(&o, &(ElfTable){.count = 1}, 0, &section) || section.offset > size ||
        section.size > size - section.offset || section.size > NAMES_LIMIT)
        return false;
    return source_range(source, section.offset, section.size, arena, names);
}

bool object_section_names(Fd file, Str head, uint64_t size, Arena *arena, Str *names)
{
    return section_names(&(Source){.file = file, .size = size}, head, arena, names);
}

bool object_section_names_in(Str tail, Str head, uint64_t size, Arena *arena, Str *names)
{
    Source source = {.file = -1, .size = size, .from = size - tail.len, .known = tail};
    return tail.len <= size && section_names(&source, head, arena, names);
}

bool object_has_tail(Str head, uint64_t size, uint64_t len)
{
    Object o = {.bytes = head};
    ElfHeader header;
    return len <= size && frame_read(head, size, &o, &header) &&
           header.sections.offset >= size - len;
}

/* ---- PE ---- */

static bool pe_open(Object *o, Arena *arena)
{
    Reader r = reader_of(o->bytes);
    o->pe = true;
    reader_seek(&r, 0x3c);
    reader_seek(&r, reader_u32le(&r));
    if (reader_u32le(&r) != 0x4550)
        return false;
    reader_skip(&r, 2);
    uint16_t count = reader_u16le(&r);
    reader_skip(&r, 12);
    uint16_t optional = reader_u16le(&r);
    reader_skip(&r, 2);
    size_t at = r.pos;
    o->word = reader_u16le(&r) == 0x20b ? 8 : 4;
    reader_seek(&r, at + (o->word == 8 ? 24 : 28));
    uint64_t base = object_word(o, &r);
    reader_seek(&r, at + optional);
    for (unsigned i = 0; i < count && i < SEGMENTS_LIMIT && reader_ok(&r); i++) {
        ObjectPart part = {.name = c_string(reader_take(&r, 8))};
        reader_skip(&r, 4);
        part.addr = base + reader_u32le(&r);
        uint32_t size = reader_u32le(&r);
        part.bytes = object_range(o, reader_u32le(&r), size);
        reader_skip(&r, 12);
        part.writable = reader_u32le(&r) & PE_WRITE;
        *vec_push(arena, &o->sections) = part;
        *vec_push(arena, &o->segments) = part;
    }
    return reader_ok(&r);
}

/* ---- Mach-O ---- */

static void macho_segment(Object *o, Arena *arena, Reader *r)
{
    reader_skip(r, 16);
    ObjectPart segment = {.addr = object_word(o, r)};
    object_word(o, r);
    uint64_t offset = object_word(o, r), size = object_word(o, r);
    segment.bytes = object_range(o, offset, size);
    reader_skip(r, 4);
    segment.writable = object_u32(o, r) & MACHO_WRITE;
    uint32_t count = object_u32(o, r);
    reader_skip(r, 4);
    *vec_push(arena, &o->segments) = segment;
    for (uint32_t i = 0; i < count && i < SEGMENTS_LIMIT; i++) {
        ObjectPart part = {.name = c_string(reader_take(r, 16)), .writable = segment.writable};
        reader_skip(r, 16);
        part.addr = object_word(o, r);
        size = object_word(o, r);
        part.bytes = object_range(o, object_u32(o, r), size);
        reader_skip(r, o->word == 8 ? 28 : 24);
        if (!reader_ok(r))
            return;
        *vec_push(arena, &o->sections) = part;
    }
}

static bool macho_open(Object *o, Arena *arena)
{
    Reader r = reader_of(o->bytes);
    uint8_t first = reader_u8(&r);
    o->big = first == 0xfe;
    reader_seek(&r, 0);
    o->word = object_u32(o, &r) & 1 ? 8 : 4;
    reader_skip(&r, 12);
    uint32_t count = object_u32(o, &r);
    reader_skip(&r, o->word == 8 ? 12 : 8);
    for (uint32_t i = 0; i < count && i < SEGMENTS_LIMIT && reader_ok(&r); i++) {
        size_t at = r.pos;
        uint32_t command = object_u32(o, &r), size = object_u32(o, &r);
        if (size < 8)
            return false;
        if (command == (o->word == 8 ? MACHO_SEGMENT_64 : MACHO_SEGMENT)) {
            Reader body = reader_of(str_sub(o->bytes, at + 8, at + size));
            macho_segment(o, arena, &body);
        }
        reader_seek(&r, at + size);
    }
    return reader_ok(&r);
}

/* ---- any ---- */

static bool head_is_macho(Str head)
{
    return str_starts(head, STR("\xcf\xfa\xed\xfe")) || str_starts(head, STR("\xce\xfa\xed\xfe")) ||
           str_starts(head, STR("\xfe\xed\xfa\xcf")) || str_starts(head, STR("\xfe\xed\xfa\xce"));
}

bool object_may_match(Str first)
{
    return head_is_elf(first) || head_is_macho(first) || str_starts(first, STR("MZ"));
}

bool object_matches(Str head)
{
    if (!head_is_elf(head))
        return object_may_match(head);
    Reader r = reader_of(head);
    reader_seek(&r, 16);
    uint16_t type = str_at(head, 5) == 2 ? reader_u16be(&r) : reader_u16le(&r);
    return reader_ok(&r) && (type == ELF_EXEC || type == ELF_DYN);
}

bool object_open(Object *out, Arena *arena, Str bytes)
{
    *out = (Object){.bytes = bytes, .word = 4};
    if (head_is_elf(bytes))
        return elf_open(out, arena);
    return head_is_macho(bytes) ? macho_open(out, arena) : pe_open(out, arena);
}

static const ObjectPart *section_find(const Object *object, Str name)
{
    for (size_t i = 0; i < object->sections.len; i++)
        if (str_eq(object->sections.at[i].name, name))
            return &object->sections.at[i];
    return NULL;
}

Str object_section(const Object *object, Str name)
{
    const ObjectPart *part = section_find(object, name);
    return part ? part->bytes : (Str){0};
}

bool object_has_section(const Object *object, Str name)
{
    return section_find(object, name) != NULL;
}

Str object_at(const Object *object, uint64_t addr)
{
    for (size_t i = 0; i < object->segments.len; i++) {
        const ObjectPart *part = &object->segments.at[i];
        if (addr >= part->addr && addr - part->addr < part->bytes.len)
            return str_from_pos(part->bytes, (size_t)(addr - part->addr));
    }
    return (Str){0};
}
