/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/reader.h"

/* The kernel tells where it put the program headers; they tell where the notes are. */
typedef struct Program {
    const ElfW(Phdr) * headers;
    size_t count;
    uintptr_t bias; /* what is to be added to their addresses */
} Program;

static const void *at_address(uintptr_t address)
{
    return (const void *)address;
}

static const ElfW(Phdr) * header_find(const Program *p, ElfW(Word) type)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->headers[i].p_type == type)
            return &p->headers[i];
    return NULL;
}

/* Whether what is there was loaded from the file. */
static bool is_loaded(const Program *p, uintptr_t address, size_t len)
{
    for (size_t i = 0; i < p->count; i++) {
        const ElfW(Phdr) *load = &p->headers[i];
        uintptr_t offset = address - (p->bias + load->p_vaddr);
        if (load->p_type == PT_LOAD && offset <= load->p_filesz && len <= load->p_filesz - offset)
            return true;
    }
    return false;
}

/* Only where the headers say where they themselves are is it known how far the program was moved.
 * And this code has to be in it: who was loaded in some other way may be told of another program. */
static bool program_find(Program *out)
{
    uintptr_t headers = getauxval(AT_PHDR);
    *out = (Program){.headers = at_address(headers), .count = getauxval(AT_PHNUM)};
    if (!headers || getauxval(AT_PHENT) != sizeof(ElfW(Phdr)))
        return false;
    const ElfW(Phdr) *self = header_find(out, PT_PHDR);
    if (!self)
        return false;
    out->bias = headers - self->p_vaddr;
    return is_loaded(out, headers, out->count * sizeof(ElfW(Phdr))) &&
           is_loaded(out, (uintptr_t)program_build_id, 1);
}

static size_t padded(size_t len, size_t align)
{
    return (len + align - 1) / align * align;
}

/* The build id among the notes of one segment, or nothing. */
static Str notes_find(Str notes, size_t align)
{
    static const Str owner = {"GNU", sizeof "GNU"};
    Reader r = reader_of(notes);
    while (reader_left(&r) >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        memcpy(&head, reader_take(&r, sizeof head).ptr, sizeof head);
        Str name = reader_take(&r, head.n_namesz);
        reader_skip(&r, padded(r.pos, align) - r.pos);
        Str value = reader_take(&r, head.n_descsz);
        if (reader_ok(&r) && head.n_type == NT_GNU_BUILD_ID && str_eq(name, owner))
            return value;
        size_t pad = padded(r.pos, align) - r.pos;
        reader_skip(&r, pad < reader_left(&r) ? pad : reader_left(&r));
    }
    return (Str){0};
}

static Str hex(Arena *arena, Str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(arena, 2 * bytes.len + 1);
    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[byte_at(bytes, i) >> 4];
        out[2 * i + 1] = digits[byte_at(bytes, i) & 15];
    }
    return (Str){out, 2 * bytes.len};
}

Str program_build_id(Arena *arena)
{
    Program program;
    if (!program_find(&program))
        return (Str){0};
    for (size_t i = 0; i < program.count; i++) {
        const ElfW(Phdr) *note = &program.headers[i];
        uintptr_t address = program.bias + note->p_vaddr;
        if (note->p_type != PT_NOTE || !is_loaded(&program, address, note->p_filesz))
            continue;
        Str id =
            notes_find(str_of(at_address(address), note->p_filesz), note->p_align == 8 ? 8 : 4);
        if (id.len)
            return hex(arena, id);
    }
    return (Str){0};
}
