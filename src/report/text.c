/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

typedef struct Range {
    uint32_t first, last;
} Range;

/* Sources: Unicode 15, categories Mn, Me and Cf (zero), East_Asian_Width W and F (wide); ranges are
 * joined where nothing that is printed lies between. */
static const Range zero_ranges[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf},   {0x05c1, 0x05c2},
    {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc},   {0x0900, 0x0902},
    {0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d}, {0x0e31, 0x0e31},   {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},   {0x302a, 0x302d},
    {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef},
};

static const Range wide_ranges[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
    {0x2614, 0x2615},   {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x274c, 0x274e},
    {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
    {0x16fe0, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f18e, 0x1f19a},
    {0x1f200, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb}, {0x1f900, 0x1faff},
    {0x20000, 0x3fffd},
};

/* What changes how a line is drawn without being seen. */
static const Range unsafe_ranges[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad},   {0x061c, 0x061c},
    {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

static bool in_ranges(const Range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count && c >= ranges[i].first; i++)
        if (c <= ranges[i].last)
            return true;
    return false;
}

uint32_t text_next(Str s, size_t *at)
{
    if (*at >= s.len)
        return 0;
    uint32_t c = (unsigned char)s.ptr[(*at)++];
    unsigned more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (more)
        c &= 0x3fu >> more;
    for (; more && *at < s.len; more--)
        c = c << 6 | ((unsigned char)s.ptr[(*at)++] & 0x3f);
    return c;
}

/* Length of the UTF-8 sequence that `s` starts with, 0 if it is none. */
static size_t sequence_len(Str s)
{
    unsigned char c = (unsigned char)str_at(s, 0);
    size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return s.len >= len && str_is_utf8(str_head(s, len)) ? len : 0;
}

static void put_safe(Buf *buf, Str one, bool unicode)
{
    size_t at = 0;
    uint32_t c = text_next(one, &at);
    bool hidden = in_ranges(unsafe_ranges, COUNT_OF(unsafe_ranges), c);
    if (!hidden && (c < 0x80 || unicode))
        buf_put(buf, one);
    else if (c < 0x80)
        buf_printf(buf, "\\x%02x", c);
    else
        buf_printf(buf, c < 0x10000 ? "\\u%04x" : "\\U%06x", c);
}

Str text_safe(Arena *arena, Str s, bool unicode)
{
    Buf buf CLEANUP(buf_fini) = {0};
    if (str_printable(s) == s.len)
        return s;
    for (size_t i = 0, len; i < s.len; i += len ? len : 1) {
        len = sequence_len(str_from_pos(s, i));
        if (len)
            put_safe(&buf, str_sub(s, i, i + len), unicode);
        else
            buf_printf(&buf, "\\x%02x", (unsigned char)s.ptr[i]);
    }
    return arena_str(arena, buf_str(&buf));
}

static size_t width_of(uint32_t c)
{
    if (c < 0x300)
        return 1;
    if (in_ranges(zero_ranges, COUNT_OF(zero_ranges), c))
        return 0;
    return in_ranges(wide_ranges, COUNT_OF(wide_ranges), c) ? 2 : 1;
}

size_t text_width(Str safe)
{
    size_t at = str_printable(safe), width = at;
    while (at < safe.len)
        width += width_of(text_next(safe, &at));
    return width;
}

Str text_head(Str safe, size_t columns)
{
    size_t width = 0, end = 0;
    for (size_t at = 0; at < safe.len; end = at) {
        width += width_of(text_next(safe, &at));
        if (width > columns)
            break;
    }
    return str_head(safe, end);
}
