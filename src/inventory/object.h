/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fd.h"
#include "base/reader.h"

/* The frame of an executable: its sections and segments, nothing of what they hold. ELF, PE and
 * Mach-O, of 32 and 64 bits, of both byte orders.
 * https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 * https://learn.microsoft.com/windows/win32/debug/pe-format */
typedef struct ObjectPart {
    Str name; /* of sections */
    uint64_t addr;
    Str bytes; /* what of it lies in the file; a slice of it */
    bool writable;
} ObjectPart;

typedef struct Object {
    Str bytes;
    bool big;      /* big-endian */
    unsigned word; /* bytes of an address: 4 or 8 */
    bool pe;       /* its sections are its segments, and few have names that say anything */
    Vec(ObjectPart) sections, segments;
} Object;

/* True for the first bytes of a program or shared object (not of an object file or a core dump). */
bool object_matches(Str head);
bool object_may_match(Str first); /* the same of four bytes: false is false for good */
/* The names of an ELF file's sections, as they lie in it, from its first bytes and two more places.
 * False where that cannot be had or anything is odd: then object_open has to judge the whole. */
bool object_section_names(Fd file, Str head, uint64_t size, Arena *arena, Str *names);
/* The same from the last bytes of the file, where they hold both places. */
bool object_section_names_in(Str tail, Str head, uint64_t size, Arena *arena, Str *names);
/* Whether the last `len` bytes hold the list of sections, as far as the first bytes tell. */
bool object_has_tail(Str head, uint64_t size, uint64_t len);
/* False where the frame is damaged. */
bool object_open(Object *out, Arena *arena, Str bytes);
Str object_section(const Object *object, Str name); /* empty if absent */
bool object_has_section(const Object *object, Str name);
/* What is mapped at `addr`, to the end of its segment; empty for what is not in the file. */
Str object_at(const Object *object, uint64_t addr);

uint16_t object_u16(const Object *object, Reader *r);
uint32_t object_u32(const Object *object, Reader *r);
uint64_t object_word(const Object *object, Reader *r);
