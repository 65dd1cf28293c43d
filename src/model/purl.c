/* SPDX-License-Identifier: Apache-2.0 */
#include "model/purl.h"

#include "base/buf.h"
#include "model/ecosystem.h"

/* Unreserved characters and ':' stay; everything else is percent-encoded. `slash` keeps '/'. */
static void put_encoded(Buf *out, Str s, bool slash)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (char_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == ':' ||
            (slash && c == '/'))
            buf_put_char(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

/* Namespace and name of a package, as its type's definition splits them. */
static void split_name(Arena *arena, const Package *p, const OsRelease *os, Str *space, Str *name)
{
    *space = (Str){0};
    *name = p->name;
    switch (p->type) {
    case PACKAGE_APK:
    case PACKAGE_DEB:
    case PACKAGE_RPM:
        *space = os->id;
        break;
    case PACKAGE_MAVEN:
        if (!str_cut(p->name, ':', space, name)) {
            *space = (Str){0};
            *name = p->name;
        }
        break;
    case PACKAGE_NPM:
    case PACKAGE_GOLANG:
    case PACKAGE_COMPOSER:
        if (str_rcut(p->name, '/', space, name))
            break;
        *space = (Str){0};
        *name = p->name;
        break;
    case PACKAGE_PYPI:
        *name = ecosystem_package_key(arena, ecosystem_of_type(PACKAGE_PYPI), p->name);
        break;
    default:
        break;
    }
}

static void put_qualifier(Buf *out, char *separator, Str key, Str value)
{
    if (value.len == 0)
        return;
    buf_put_char(out, *separator);
    *separator = '&';
    buf_put(out, key);
    buf_put_char(out, '=');
    put_encoded(out, value, true);
}

static void put_os_qualifiers(Buf *out, Arena *arena, const Package *p, const OsRelease *os,
                              Str epoch)
{
    char separator = '?';
    Str distro = os->version.len ? arena_printf(arena, STR_FMT "-" STR_FMT, STR_ARG(os->id),
                                                STR_ARG(os->version))
                                 : (Str){0};
    put_qualifier(out, &separator, STR("arch"), p->arch);
    put_qualifier(out, &separator, STR("distro"), distro);
    put_qualifier(out, &separator, STR("epoch"), epoch);
    if (!str_eq(p->source_name, p->name) || !str_eq(p->source_version, p->version)) {
        Str upstream = str_eq(p->source_version, p->version)
                           ? p->source_name
                           : arena_printf(arena, STR_FMT "@" STR_FMT, STR_ARG(p->source_name),
                                          STR_ARG(p->source_version));
        put_qualifier(out, &separator, STR("upstream"), upstream);
    }
}

Str purl_of(Arena *arena, const Package *p, const OsRelease *os)
{
    Buf out CLEANUP(buf_fini) = {0};
    Str space, name, version = p->version, epoch = {0}, rest;
    split_name(arena, p, os, &space, &name);
    if (p->type == PACKAGE_RPM && str_cut(p->version, ':', &epoch, &rest))
        version = rest;
    else
        epoch = (Str){0};
    buf_put(&out, STR("pkg:"));
    buf_put(&out, package_type_name(p->type));
    buf_put_char(&out, '/');
    if (space.len) {
        put_encoded(&out, space, true);
        buf_put_char(&out, '/');
    }
    put_encoded(&out, name, false);
    if (version.len) {
        buf_put_char(&out, '@');
        put_encoded(&out, version, false);
    }
    if (package_type_is_os(p->type))
        put_os_qualifiers(&out, arena, p, os, epoch);
    return arena_str(arena, buf_str(&out));
}

static Str decode(Arena *arena, Str s)
{
    char *out = arena_alloc(arena, s.len + 1);
    size_t fill = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint64_t byte;
        if (s.ptr[i] == '%' && str_to_hex_u64(str_sub(s, i + 1, i + 3), &byte) && i + 2 < s.len) {
            out[fill++] = (char)byte;
            i += 2;
        } else {
            out[fill++] = s.ptr[i];
        }
    }
    return (Str){out, fill};
}

static void take_qualifiers(Arena *arena, Str text, Purl *out)
{
    const struct {
        Str key;
        Str *value;
    } known[] = {{STR("distro"), &out->distro},
                 {STR("arch"), &out->arch},
                 {STR("epoch"), &out->epoch},
                 {STR("upstream"), &out->upstream}};
    Str pair, key, value;
    while (str_next(&text, '&', &pair)) {
        str_cut(pair, '=', &key, &value);
        for (size_t i = 0; i < COUNT_OF(known); i++)
            if (str_eq(known[i].key, key))
                *known[i].value = decode(arena, value);
    }
}

bool purl_parse(Arena *arena, Str text, Purl *out)
{
    *out = (Purl){0};
    Str rest = text, qualifiers, path, version;
    if (!str_starts_fold(rest, STR("pkg:")))
        return false;
    rest = str_from_pos(rest, 4);
    while (str_starts(rest, STR("/")))
        rest = str_from_pos(rest, 1);
    if (str_rcut(rest, '#', &rest, &path))
        out->subpath = decode(arena, path);
    if (str_rcut(rest, '?', &rest, &qualifiers))
        take_qualifiers(arena, qualifiers, out);
    if (!str_cut(rest, '/', &out->type, &rest) || out->type.len == 0)
        return false;
    if (str_rfind_char(rest, '@') != STR_NONE && str_rfind_char(rest, '@') > 0 &&
        str_rcut(rest, '@', &rest, &version))
        out->version = decode(arena, version);
    rest = str_trim_char(rest, '/');
    Str name, space;
    if (str_rcut(rest, '/', &space, &name))
        out->namespace = decode(arena, space);
    else
        name = rest;
    out->type = arena_lower(arena, out->type);
    out->name = decode(arena, name);
    return out->name.len > 0;
}

Str purl_package_name(Arena *arena, const Purl *purl)
{
    PackageType type;
    if (purl->namespace.len == 0 || !package_type_parse(purl->type, &type) ||
        package_type_is_os(type))
        return purl->name;
    return arena_printf(arena, STR_FMT "%c" STR_FMT, STR_ARG(purl->namespace),
                        type == PACKAGE_MAVEN ? ':' : '/', STR_ARG(purl->name));
}
