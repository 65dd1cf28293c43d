/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/language.h"

/* RubyGems writes a gemspec for every installed gem (default gems too) below specifications/. It is
 * Ruby, which we do not run; but RubyGems itself finds its way by the stub that it puts on top,
 *
 *     # stub: rails 6.0.0 ruby lib
 *
 * and what it writes below is plain assignments of literals. Where neither is there (a gemspec
 * written by hand), the file's name says NAME-VERSION[-PLATFORM].gemspec. */

static bool gem_wants(Str path, Str base)
{
    return str_ends(base, STR(".gemspec")) && (str_starts(path, STR("specifications/")) ||
                                               str_contains(path, STR("/specifications/")));
}

typedef struct Spec {
    Str name, version, platform;
    StrVec licences;
} Spec;

/* The next Ruby string literal in *rest: "x", 'x', %q{x}; no escapes, no interpolation. */
static bool next_literal(Str *rest, Str *out)
{
    static const struct {
        Str open;
        char close;
    } quotes[] = {{STR_INIT("\""), '"'},  {STR_INIT("'"), '\''},  {STR_INIT("%q{"), '}'},
                  {STR_INIT("%q("), ')'}, {STR_INIT("%q["), ']'}, {STR_INIT("%q<"), '>'}};
    for (size_t i = 0; i < rest->len; i++)
        for (size_t q = 0; q < COUNT_OF(quotes); q++) {
            Str inside = str_from_pos(*rest, i), after;
            if (!str_starts(inside, quotes[q].open))
                continue;
            inside = str_from_pos(inside, quotes[q].open.len);
            if (!str_cut(inside, quotes[q].close, out, &after))
                return false;
            *rest = after;
            return !str_contains(*out, STR("#{")) && str_find_char(*out, '\\') == STR_NONE;
        }
    return false;
}

/* Of `s.version = Gem::Version.new("1.2".freeze)` the attribute and what is assigned. */
static bool take_assignment(Str line, Str *attribute, Str *value)
{
    Str left, object;
    if (str_starts(line, STR("#")) || !str_cut(line, '=', &left, value) ||
        !str_cut(str_trim(left), '.', &object, attribute))
        return false;
    *value = str_trim(*value);
    return !str_starts(*value, STR("=")) && str_find_char(object, ' ') == STR_NONE;
}

/* A name or version counts only if it is a literal, alone or given to Gem::Version.new. */
static void take_word(Str value, Str *out)
{
    if (str_starts(value, STR("Gem::Version.new")))
        value = str_trim_char(str_trim(str_from_pos(value, STR("Gem::Version.new").len)), '(');
    char first = str_at(value, 0);
    if (out->len == 0 && (first == '"' || first == '\'' || first == '%') &&
        !next_literal(&value, out))
        *out = (Str){0};
}

static void take_line(Arena *arena, Str line, Spec *out)
{
    Str attribute, value, literal, word;
    if (str_starts(line, STR("# stub: ")) && out->name.len == 0) {
        Str rest = str_from_pos(line, STR("# stub: ").len);
        Str *into[] = {&out->name, &out->version, &out->platform};
        for (size_t i = 0; i < COUNT_OF(into) && str_next_word(&rest, &word); i++)
            *into[i] = word;
        return;
    }
    if (!take_assignment(line, &attribute, &value))
        return;
    if (str_eq(attribute, STR("name")))
        take_word(value, &out->name);
    else if (str_eq(attribute, STR("version")))
        take_word(value, &out->version);
    else if (str_eq(attribute, STR("platform")))
        take_word(value, &out->platform);
    else if (str_eq(attribute, STR("license")) || str_eq(attribute, STR("licenses")))
        for (size_t i = 0; i < 16 && next_literal(&value, &literal); i++)
            *vec_push(arena, &out->licences) = literal;
}

/* The version is the first part that begins with a digit: "ruby-prof-1.4.3-x86_64-linux". */
static bool identity_from_name(Str base, Str *name, Str *version)
{
    Str stem = str_sub(base, 0, base.len - STR(".gemspec").len), rest;
    for (size_t i = 1; i + 1 < stem.len; i++)
        if (stem.ptr[i] == '-' && char_is_digit(stem.ptr[i + 1])) {
            *name = str_head(stem, i);
            str_cut(str_from_pos(stem, i + 1), '-', version, &rest);
            return true;
        }
    return false;
}

static bool name_ok(Str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!char_is_alnum(name.ptr[i]) && str_find_char(STR("._-"), name.ptr[i]) == STR_NONE)
            return false;
    return name.len > 0;
}

static void gem_read(const CatalogFile *file, CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Spec spec = {0};
    Str line, text, name, version;
    arena_init(&scratch);
    if (!language_text(file, sink, &text))
        return;
    while (str_next_line(&text, &line))
        take_line(&scratch, str_trim(line), &spec);
    bool stated = spec.name.len && spec.version.len;
    if (!stated && identity_from_name(path_base(file->path), &name, &version)) {
        spec.name = spec.name.len ? spec.name : name;
        spec.version = spec.version.len ? spec.version : version;
    }
    if (!name_ok(spec.name) || spec.version.len == 0) {
        sink_incomplete(sink, file->path, "gemspec without a name and version that can be read");
        return;
    }
    Package *package = language_package(sink, PACKAGE_GEM, file, spec.name, spec.version);
    if (!package)
        return;
    package->confidence = stated ? 1 : .8;
    package->found_by = stated ? STR("gem: gemspec") : STR("gem: file name");
    if (spec.platform.len && !str_eq(spec.platform, STR("ruby")))
        package->arch = arena_str(sink->arena, spec.platform);
    for (size_t i = 0; i < spec.licences.len; i++)
        language_licence(sink, package, spec.licences.at[i]);
}

const Cataloger cataloger_gem = {
    .name = "gem",
    .summary = "Ruby gems that are installed: specifications/*.gemspec",
    .spec = "https://guides.rubygems.org/specification-reference/",
    .wants_path = gem_wants,
    .read = gem_read,
};
