/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/go.h"

/* The build info is a header of 32 bytes, aligned to 16, in a section of its own or, where the
 * section headers were stripped, somewhere in the file. Since Go 1.18 two strings follow
 * it inline; before, it holds pointers to string headers. */
enum {
    HEADER_SIZE = 32,
    HEADER_ALIGN = 16,
    FLAG_BIG = 1,
    FLAG_INLINE = 2,
    TRIES = 64,
    SENTINEL = 16, /* bytes around the module lines, there for other readers */
};

#define MAGIC STR("\xff Go buildinf:")

static Str string_at(const Object *object, uint64_t header)
{
    Reader r = reader_of(object_at(object, header));
    uint64_t addr = object_word(object, &r), len = object_word(object, &r);
    Str bytes = reader_ok(&r) ? object_at(object, addr) : (Str){0};
    return len <= bytes.len ? str_head(bytes, (size_t)len) : (Str){0};
}

static bool build_take(const Object *object, Str at, GoBuild *out)
{
    Reader r = reader_of(at);
    reader_skip(&r, MAGIC.len);
    uint8_t word = reader_u8(&r), flags = reader_u8(&r);
    if (flags & FLAG_INLINE) {
        reader_seek(&r, HEADER_SIZE);
        out->version = reader_str(&r);
        out->modules = reader_str(&r);
    } else {
        Object pointers = *object;
        pointers.word = word;
        pointers.big = flags & FLAG_BIG;
        if (word != 4 && word != 8)
            return false;
        out->version = string_at(&pointers, object_word(&pointers, &r));
        out->modules = string_at(&pointers, object_word(&pointers, &r));
    }
    if (!reader_ok(&r) || out->version.len == 0)
        return false;
    Str framed = out->modules;
    bool whole = framed.len > 2 * SENTINEL && str_at(framed, framed.len - SENTINEL - 1) == '\n';
    out->modules = whole ? str_sub(framed, SENTINEL, framed.len - SENTINEL) : (Str){0};
    return true;
}

/* The magic may stand elsewhere too: in a program that looks for it, or in a file that wants to
 * keep us busy. */
static bool build_search(const Object *object, Str bytes, GoBuild *out)
{
    size_t from = 0, found;
    for (unsigned tries = 0; tries < TRIES; tries++) {
        found = str_find(str_from_pos(bytes, from), MAGIC);
        if (found == STR_NONE)
            return false;
        from += found;
        if (from % HEADER_ALIGN == 0 && build_take(object, str_from_pos(bytes, from), out))
            return true;
        from++;
    }
    return false;
}

static const Str signs[] = {STR_INIT(".go.buildinfo"), STR_INIT("__go_buildinfo"),
                            STR_INIT(".gopclntab"), STR_INIT("__gopclntab"),
                            STR_INIT(".note.go.buildid")};

bool go_is_named(Str section_names)
{
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_contains(section_names, signs[i]))
            return true;
    return false;
}

GoFound go_build_find(const Object *object, GoBuild *out)
{
    static const Str sections[] = {STR_INIT(".go.buildinfo"), STR_INIT("__go_buildinfo")};
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        if (build_search(object, object_section(object, sections[i]), out))
            return GO_BUILD;
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (object_has_section(object, signs[i]))
            return GO_HIDDEN;
    /* Of a file with section headers they have said all; a PE's never name the build info. */
    bool named = object->sections.len && !object->pe;
    return !named && build_search(object, object->bytes, out) ? GO_BUILD : GO_NONE;
}
