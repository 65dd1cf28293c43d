/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "inventory/go.h"
#include "model/package.h"

/* The runtime needs every function's name for its stack traces, so the table of them (pclntab) is
 * in stripped executables too. Four layouts exist, told apart by the magic. Since Go 1.16 all names
 * lie side by side in a table of their own, those of inlined functions among them: that table is
 * read as a whole, because what was inlined can be reached as well. Before, names lie scattered;
 * the table of functions leads to theirs, and every other text in pclntab that could be a name is
 * taken along, since a name too many does no harm while a missing one would hide a finding.
 *
 * https://go.dev/s/go12symtab, runtime/symtab.go */
enum {
    HEADER = 8,
    FUNCTIONS_MAX = 4 << 20,
    NAME_MAX_LEN = 4096,
    TRIES = 16, /* of what has the magic but may be none */
};

typedef struct Layout {
    uint32_t magic;
    unsigned names, names_end; /* which words of the header; 0: the layout of Go 1.2 */
} Layout;

static const Layout layouts[] = {
    {0xfffffff1, 3, 4}, /* 1.20 */
    {0xfffffff0, 3, 4}, /* 1.18 */
    {0xfffffffa, 2, 3}, /* 1.16 */
    {0xfffffffb, 0, 0}, /* 1.2 */
};

typedef Vec(uint32_t) HashVec;

/* ---- names ---- */

static Str unescaped(Arena *arena, Str path)
{
    if (str_find_char(path, '%') == STR_NONE)
        return path;
    char *out = arena_alloc(arena, path.len);
    size_t fill = 0;
    for (size_t i = 0; i < path.len; i++) {
        uint64_t byte;
        if (path.ptr[i] == '%' && i + 2 < path.len &&
            str_to_hex_u64(str_sub(path, i + 1, i + 3), &byte)) {
            out[fill++] = (char)byte;
            i += 2;
        } else {
            out[fill++] = path.ptr[i];
        }
    }
    return (Str){out, fill};
}

static Str without_type_arguments(Arena *arena, Str symbol)
{
    if (str_find_char(symbol, '[') == STR_NONE)
        return symbol;
    char *out = arena_alloc(arena, symbol.len);
    size_t fill = 0, depth = 0;
    for (size_t i = 0; i < symbol.len; i++) {
        char c = symbol.ptr[i];
        depth += c == '[';
        if (depth == 0)
            out[fill++] = c;
        depth -= c == ']' && depth > 0;
    }
    return (Str){out, fill};
}

bool go_symbol_split(Arena *arena, Str name, Str *import_path, Str *symbol)
{
    if (str_starts(name, STR("type:")) || str_starts(name, STR("type..")))
        return false;
    size_t bracket = str_find_char(name, '[');
    Str head = bracket == STR_NONE ? name : str_head(name, bracket);
    size_t slash = str_rfind_char(head, '/'), from = slash == STR_NONE ? 0 : slash + 1;
    size_t dot = str_find_char(str_from_pos(head, from), '.');
    if (dot == STR_NONE || from + dot == 0)
        return false;
    *import_path = unescaped(arena, str_head(name, from + dot));
    *symbol = without_type_arguments(arena, str_from_pos(name, from + dot + 1));
    return symbol->len > 0;
}

/* The compiler's own names: func1, gowrap2, deferwrap1, 2, and the empty one of "glob..func1". */
static bool part_is_made(Str part)
{
    static const Str made[] = {STR_INIT("func"), STR_INIT("gowrap"), STR_INIT("deferwrap"),
                               STR_INIT("")};
    uint64_t number;
    for (size_t i = 0; i < COUNT_OF(made); i++)
        if (str_starts(part, made[i]) && str_to_u64(str_from_pos(part, made[i].len), &number))
            return true;
    return part.len == 0;
}

Str go_symbol_outer(Str symbol)
{
    Str rest = symbol, part;
    size_t end = 0;
    for (bool first = true; str_next(&rest, '.', &part); first = false) {
        size_t dash = str_find_char(part, '-');
        Str plain = dash == STR_NONE ? part : str_head(part, dash);
        if (!first && part_is_made(plain))
            break;
        end += (first ? 0 : 1) + plain.len;
        if (dash != STR_NONE)
            break;
    }
    return str_head(symbol, end);
}

static void name_add(Arena *scratch, Str name, HashVec *out)
{
    ArenaMark mark = arena_mark(scratch);
    Str path, symbol;
    uint32_t hashes[2];
    size_t count = 0;
    if (name.len <= NAME_MAX_LEN && go_symbol_split(scratch, name, &path, &symbol)) {
        Str outer = go_symbol_outer(symbol);
        hashes[count++] = go_symbol_hash(path, symbol);
        if (outer.len != symbol.len && outer.len)
            hashes[count++] = go_symbol_hash(path, outer);
    }
    arena_reset(scratch, mark);
    for (size_t i = 0; i < count; i++)
        *vec_push(scratch, out) = hashes[i];
}

/* ---- tables ---- */

static uint64_t header_word(const Object *table, unsigned index)
{
    Reader r = reader_of(table->bytes);
    reader_seek(&r, HEADER + (size_t)index * table->word);
    return object_word(table, &r);
}

static Str c_string_at(Str bytes, uint64_t at)
{
    Str rest = at < bytes.len ? str_head(str_from_pos(bytes, (size_t)at), NAME_MAX_LEN) : (Str){0};
    size_t end = str_find_char(rest, 0);
    return end == STR_NONE ? (Str){0} : str_head(rest, end);
}

/* How many bytes at the end of a string belong to no control character. */
static size_t text_at_end(Str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < ' ' || c == 0x7f)
            from = i + 1;
    }
    return s.len - from;
}

/* Every run of text that a NUL ends and that has a dot in it. */
static bool texts(Arena *scratch, Str bytes, HashVec *out)
{
    size_t count = 0;
    for (size_t end; (end = str_find_char(bytes, '\0')) != STR_NONE;
         bytes = str_from_pos(bytes, end + 1)) {
        Str text = str_head(bytes, end);
        if (str_find_char(text, '.') == STR_NONE)
            continue;
        text = str_from_pos(text, text.len - text_at_end(text));
        if (text.len < 3 || str_find_char(text, '.') == STR_NONE)
            continue;
        if (++count > FUNCTIONS_MAX)
            return false;
        name_add(scratch, text, out);
    }
    return count > 0;
}

/* Go 1.2 to 1.15: pairs of (address, offset of the function's record) with the name's offset behind
 * the record's address; all offsets count from the table's beginning. */
static void functions_add(Arena *scratch, const Object *table, uint64_t count, HashVec *out)
{
    Reader entries = reader_of(table->bytes);
    reader_seek(&entries, HEADER + (size_t)table->word);
    for (uint64_t i = 0; i < count; i++) {
        object_word(table, &entries);
        uint64_t record = object_word(table, &entries);
        Reader r = reader_of(table->bytes);
        if (!reader_ok(&entries) || record >= table->bytes.len ||
            !reader_seek(&r, (size_t)record + table->word))
            return;
        name_add(scratch, c_string_at(table->bytes, object_u32(table, &r)), out);
    }
}

static bool table_read(Arena *scratch, const Object *table, const Layout *layout, HashVec *out)
{
    uint64_t functions = header_word(table, 0);
    Str names = table->bytes;
    if (layout->names) {
        uint64_t from = header_word(table, layout->names),
                 to = header_word(table, layout->names_end);
        if (from >= to || to > table->bytes.len)
            return false;
        names = str_sub(table->bytes, (size_t)from, (size_t)to);
        functions = 0;
    }
    if (functions > FUNCTIONS_MAX || functions > table->bytes.len / table->word ||
        !texts(scratch, names, out))
        return false;
    functions_add(scratch, table, functions, out);
    return out->len > 0;
}

/* As a table if its header holds together. */
static const Layout *table_open(const Object *object, Str bytes, Object *out)
{
    Reader r = reader_of(bytes);
    *out = *object;
    out->bytes = bytes;
    uint32_t magic = object_u32(out, &r);
    uint16_t zero = object_u16(out, &r);
    uint8_t quantum = reader_u8(&r), word = reader_u8(&r);
    if (!reader_ok(&r) || zero || (quantum != 1 && quantum != 2 && quantum != 4) ||
        (word != 4 && word != 8))
        return NULL;
    out->word = word;
    for (size_t i = 0; i < COUNT_OF(layouts); i++)
        if (layouts[i].magic == magic)
            return &layouts[i];
    return NULL;
}

/* In a file whose section headers were stripped: by the magic, wherever it is. */
static bool table_search(Arena *scratch, const Object *object, HashVec *out)
{
    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        char low = (char)(layouts[i].magic & 0xff);
        char little[] = {low, '\xff', '\xff', '\xff', 0, 0},
             big[] = {'\xff', '\xff', '\xff', low, 0, 0};
        Str magic = str_of(object->big ? big : little, sizeof little);
        size_t from = 0, found;
        for (unsigned tries = 0; tries < TRIES; tries++) {
            Object table;
            found = str_find(str_from_pos(object->bytes, from), magic);
            if (found == STR_NONE)
                break;
            from += found;
            const Layout *layout = table_open(object, str_from_pos(object->bytes, from), &table);
            /* Names scattered to the end of an unknown length are not worth the search. */
            if (layout && layout->names && table_read(scratch, &table, layout, out))
                return true;
            from++;
        }
    }
    return false;
}

static bool table_find(Arena *scratch, const Object *object, HashVec *out)
{
    static const Str sections[] = {STR_INIT(".gopclntab"), STR_INIT(".data.rel.ro.gopclntab"),
                                   STR_INIT("__gopclntab")};
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        Object table;
        const Layout *layout = table_open(object, object_section(object, sections[i]), &table);
        if (layout)
            return table_read(scratch, &table, layout, out);
    }
    return table_search(scratch, object, out);
}

/* ---- the set ---- */

/* By bytes, lowest first: four passes over numbers beat any comparing sort. */
static void hashes_sort(Arena *scratch, HashVec *v)
{
    uint32_t *from = v->at, *to = arena_new_array(scratch, uint32_t, v->len);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t at[257] = {0};
        for (size_t i = 0; i < v->len; i++)
            at[(from[i] >> shift & 0xff) + 1]++;
        for (size_t i = 1; i < COUNT_OF(at); i++)
            at[i] += at[i - 1];
        for (size_t i = 0; i < v->len; i++)
            to[at[from[i] >> shift & 0xff]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    v->at = from;
}

Str go_symbols(Arena *arena, const Object *object)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Buf out CLEANUP(buf_fini) = {0};
    HashVec hashes = {0};
    arena_init(&scratch);
    if (!table_find(&scratch, object, &hashes))
        return (Str){0};
    hashes_sort(&scratch, &hashes);
    buf_reserve(&out, hashes.len * 4);
    for (size_t i = 0; i < hashes.len; i++)
        if (i == 0 || hashes.at[i] != hashes.at[i - 1])
            buf_u32le(&out, hashes.at[i]);
    return arena_str(arena, buf_str(&out));
}
