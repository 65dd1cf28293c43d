/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"

/* Small ELF files of either class and byte order: each part is a section and, if wanted, a writable
 * segment at its address. */
typedef struct ElfPart {
    Str name, bytes;
    uint64_t addr;
} ElfPart;

typedef struct ElfKind {
    bool wide, big;
    bool no_sections;
} ElfKind;

enum { ELF_TEST_ADDR = 0x10000 };

static inline void elf_int(Buf *out, ElfKind kind, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_u8(out, (uint8_t)(value >> 8 * (kind.big ? size - 1 - i : i)));
}

static inline void elf_word(Buf *out, ElfKind kind, uint64_t value)
{
    elf_int(out, kind, value, kind.wide ? 8 : 4);
}

static inline void elf_section(Buf *out, ElfKind kind, size_t name, unsigned type, uint64_t addr,
                               size_t offset, size_t size)
{
    elf_int(out, kind, name, 4);
    elf_int(out, kind, type, 4);
    elf_word(out, kind, 3);
    elf_word(out, kind, addr);
    elf_word(out, kind, offset);
    elf_word(out, kind, size);
    elf_int(out, kind, 0, 8);
    elf_word(out, kind, 0);
    elf_word(out, kind, 0);
}

static inline void elf_segment(Buf *out, ElfKind kind, uint64_t addr, size_t offset, size_t size)
{
    elf_int(out, kind, 1, 4);
    if (kind.wide)
        elf_int(out, kind, 6, 4);
    elf_word(out, kind, offset);
    elf_word(out, kind, addr);
    elf_word(out, kind, addr);
    elf_word(out, kind, size);
    elf_word(out, kind, size);
    if (!kind.wide)
        elf_int(out, kind, 6, 4);
    elf_word(out, kind, 16);
}

static inline void elf_header(Buf *out, ElfKind kind, size_t segments, size_t sections_at,
                              size_t sections)
{
    size_t size = kind.wide ? 64 : 52;
    buf_put(out, STR("\177ELF"));
    buf_u8(out, kind.wide ? 2 : 1);
    buf_u8(out, kind.big ? 2 : 1);
    for (int i = 0; i < 10; i++)
        buf_u8(out, i == 0);
    elf_int(out, kind, 2, 2);
    elf_int(out, kind, 0, 2);
    elf_int(out, kind, 1, 4);
    elf_word(out, kind, 0);
    elf_word(out, kind, size);
    elf_word(out, kind, sections_at);
    elf_int(out, kind, 0, 4);
    elf_int(out, kind, size, 2);
    elf_int(out, kind, kind.wide ? 56 : 32, 2);
    elf_int(out, kind, segments, 2);
    elf_int(out, kind, kind.wide ? 64 : 40, 2);
    elf_int(out, kind, sections, 2);
    elf_int(out, kind, sections ? sections - 1 : 0, 2);
}

static inline void elf_align(Buf *out)
{
    while (out->len % 16)
        buf_u8(out, 0);
}

static inline Str elf_make(Arena *arena, ElfKind kind, const ElfPart *parts, size_t count)
{
    Buf out CLEANUP(buf_fini) = {0}, names CLEANUP(buf_fini) = {0}, body CLEANUP(buf_fini) = {0};
    Buf sections CLEANUP(buf_fini) = {0}, segments CLEANUP(buf_fini) = {0};
    size_t front = (kind.wide ? 64 : 52) + count * (kind.wide ? 56 : 32);
    front += 16 - front % 16;
    elf_section(&sections, kind, 0, 0, 0, 0, 0);
    buf_u8(&names, 0);
    for (size_t i = 0; i < count; i++) {
        elf_align(&body);
        elf_segment(&segments, kind, parts[i].addr, front + body.len, parts[i].bytes.len);
        elf_section(&sections, kind, names.len, 1, parts[i].addr, front + body.len,
                    parts[i].bytes.len);
        buf_put(&names, parts[i].name);
        buf_u8(&names, 0);
        buf_put(&body, parts[i].bytes);
    }
    size_t name = names.len;
    buf_put(&names, STR(".shstrtab"));
    buf_u8(&names, 0);
    elf_align(&body);
    elf_section(&sections, kind, name, 3, 0, front + body.len, names.len);
    buf_put(&body, buf_str(&names));
    elf_align(&body);
    elf_header(&out, kind, count, kind.no_sections ? 0 : front + body.len,
               kind.no_sections ? 0 : count + 2);
    buf_put(&out, buf_str(&segments));
    while (out.len < front)
        buf_u8(&out, 0);
    buf_put(&out, buf_str(&body));
    if (!kind.no_sections)
        buf_put(&out, buf_str(&sections));
    return arena_str(arena, buf_str(&out));
}
