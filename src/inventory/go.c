/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/go.h"

#include "base/buf.h"
#include "inventory/language.h"

/* The lines of `go version -m`, cut at tabs:
 *
 *     path  example.com/cmd            the main package
 *     mod   example.com  v1.2.3  h1:.. the main module
 *     dep   a.b/c        v0.1.0  h1:..
 *     =>    d.e/f        v0.2.0  h1:.. what is in the binary in place of the line above
 *     build -ldflags="-X main.version=1"
 */
typedef struct Module {
    Str path, version;
    bool is_main;
    bool known; /* the version says which code this is */
} Module;

typedef struct Modules {
    Vec(Module) list;
    Str goos, goarch, ldflags;
    bool damaged; /* a line is none that the toolchain writes */
} Modules;

/* As strconv.Quote or a raw string has it. Escapes other than \" and \\ do not occur in flags that
 * we read, and stay as they are. */
static Str unquoted(Arena *arena, Str s)
{
    char quote = str_at(s, 0);
    if (s.len < 2 || (quote != '"' && quote != '`') || str_at(s, s.len - 1) != quote)
        return s;
    s = str_sub(s, 1, s.len - 1);
    if (quote == '`' || str_find_char(s, '\\') == STR_NONE)
        return s;
    char *out = arena_alloc(arena, s.len);
    size_t fill = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\' && (str_at(s, i + 1) == '"' || str_at(s, i + 1) == '\\'))
            i++;
        out[fill++] = s.ptr[i];
    }
    return (Str){out, fill};
}

static void take_setting(Arena *arena, Str setting, Modules *out)
{
    Str key, value;
    str_cut(setting, '=', &key, &value);
    if (str_eq(key, STR("GOOS")))
        out->goos = unquoted(arena, value);
    else if (str_eq(key, STR("GOARCH")))
        out->goarch = unquoted(arena, value);
    else if (str_eq(key, STR("-ldflags")))
        out->ldflags = unquoted(arena, value);
}

static void take_line(Arena *arena, Str line, Modules *out)
{
    Str kind, path, version, rest;
    str_cut(line, '\t', &kind, &rest);
    if (str_eq(kind, STR("build"))) {
        take_setting(arena, rest, out);
        return;
    }
    str_cut(rest, '\t', &path, &rest);
    str_cut(rest, '\t', &version, &rest);
    bool is_main = str_eq(kind, STR("mod"));
    bool known = version.len && !str_eq(version, STR("(devel)"));
    if (is_main || str_eq(kind, STR("dep"))) {
        *vec_push(arena, &out->list) = (Module){path, version, is_main, known};
    } else if (str_eq(kind, STR("=>")) && out->list.len) {
        Module *last = &out->list.at[out->list.len - 1];
        last->known = known;
        if (known)
            *last = (Module){path, version, last->is_main, known};
    } else if (line.len && !str_eq(kind, STR("path"))) {
        out->damaged = true;
    }
    out->damaged = out->damaged || (out->list.len && out->list.at[out->list.len - 1].path.len == 0);
}

/* The next word of a command line, quotes honoured as the linker does. */
static bool next_flag(Str *rest, Str *word)
{
    *rest = str_trim(*rest);
    char quote = str_at(*rest, 0);
    if (quote == '\'' || quote == '"') {
        str_cut(str_from_pos(*rest, 1), quote, word, rest);
        return true;
    }
    return str_next_word(rest, word);
}

static bool is_release(Str value)
{
    Str major, rest;
    uint64_t number;
    if (str_starts(value, STR("v")))
        value = str_from_pos(value, 1);
    return str_cut(value, '.', &major, &rest) && str_to_u64(major, &number) &&
           char_is_digit(str_at(rest, 0));
}

/* Of "-X main.version=1.2.3" and its kin: the value of a variable of the main package or the main
 * module whose name ends in "version" and that looks like a release. */
static Str version_from_ldflags(Str flags, Str module)
{
    Str word, variable, value, package, name;
    while (next_flag(&flags, &word)) {
        if (str_eq(word, STR("-X"))) {
            if (!next_flag(&flags, &word))
                break;
        } else if (str_starts(word, STR("-X="))) {
            word = str_from_pos(word, 3);
        } else {
            continue;
        }
        word = str_trim_char(str_trim_char(word, '\''), '"');
        if (str_cut(word, '=', &variable, &value) && str_rcut(variable, '.', &package, &name) &&
            (str_eq(package, STR("main")) || str_starts(package, module)) &&
            str_ends_fold(name, STR("version")) && is_release(value))
            return value;
    }
    return (Str){0};
}

/* "1.21.3" of "go1.21.3 X:boringcrypto", "go1.20.10 (Red Hat 1.20.10-1.el9)" and "go1.22.5-1";
 * "1.21.0-rc.2" of "go1.21rc2", as the Go vulnerability database writes it. Empty for a development
 * version. */
static Str toolchain_version(Arena *arena, Str version)
{
    static const Str early[] = {STR_INIT("rc"), STR_INIT("beta")};
    if (!str_starts(version, STR("go")) || !char_is_digit(str_at(version, 2)))
        return (Str){0};
    version = str_from_pos(version, 2);
    size_t end = 0;
    while (char_is_alnum(str_at(version, end)) || str_at(version, end) == '.')
        end++;
    version = str_head(version, end);
    for (size_t i = 0; i < COUNT_OF(early); i++) {
        size_t at = str_find(version, early[i]);
        if (at != STR_NONE)
            return arena_printf(arena, STR_FMT ".0-" STR_FMT "." STR_FMT,
                                STR_ARG(str_head(version, at)), STR_ARG(early[i]),
                                STR_ARG(str_from_pos(version, at + early[i].len)));
    }
    return version;
}

static Package *add(const CatalogFile *file, CatalogSink *sink, uint32_t executable, Str name,
                    Str version, Str found_by)
{
    Package *package = language_package(sink, PACKAGE_GOLANG, file, name, version);
    if (package) {
        package->found_by = found_by;
        package->executable = executable;
    }
    return package;
}

/* False if its version is not known: built from a folder. */
static bool add_module(const CatalogFile *file, CatalogSink *sink, uint32_t executable,
                       const Module *module, Str ldflags)
{
    Str version = module->version;
    if (module->known) {
        add(file, sink, executable, module->path, version, STR("go: build info"));
        return true;
    }
    version = module->is_main ? version_from_ldflags(ldflags, module->path) : (Str){0};
    if (version.len == 0)
        return false;
    if (!str_starts(version, STR("v")))
        version = arena_join(sink->arena, STR("v"), version);
    Package *package = add(file, sink, executable, module->path, version, STR("go: -ldflags -X"));
    if (package)
        package->confidence = .8;
    return true;
}

static void add_modules(const CatalogFile *file, CatalogSink *sink, uint32_t executable,
                        const Modules *modules)
{
    enum { NAMED = 40 };
    Buf unknown CLEANUP(buf_fini) = {0};
    size_t count = 0;
    for (size_t i = 0; i < modules->list.len; i++) {
        const Module *module = &modules->list.at[i];
        if (module->path.len == 0 || add_module(file, sink, executable, module, modules->ldflags))
            continue;
        if (count++ < NAMED)
            buf_printf(&unknown, "%s" STR_FMT, count > 1 ? ", " : "",
                       STR_ARG(str_head(module->path, 200)));
    }
    if (count)
        sink_note(sink, file->path,
                  "%zu Go module%s without a version, built from folders: " STR_FMT "%s", count,
                  count > 1 ? "s" : "", STR_ARG(buf_str(&unknown)), count > NAMED ? ", ..." : "");
    if (modules->list.len == 0)
        sink_note(sink, file->path,
                  "Go executable built without modules: only the standard library is known");
}

static void add_standard_library(const CatalogFile *file, CatalogSink *sink, uint32_t executable,
                                 Str toolchain)
{
    Str version = toolchain_version(sink->arena, toolchain);
    if (version.len)
        add(file, sink, executable, STR("stdlib"), version, STR("go: toolchain"));
    else
        sink_note(sink, file->path, "built by a development version of Go: " STR_FMT,
                  STR_ARG(str_head(toolchain, 100)));
}

/* Go's own tests carry executables of old modules below GOROOT/src (rule 41). */
static bool is_test_of_go(Str path)
{
    Str rest = path, part;
    bool root = false, source = false, previous_root = false;
    while (str_next(&rest, '/', &part)) {
        if (source && str_eq(part, STR("testdata")))
            return true;
        source = source || (previous_root && str_eq(part, STR("src")));
        root = str_eq(part, STR("go")) || str_starts(part, STR("go-")) ||
               (str_starts(part, STR("go")) && char_is_digit(str_at(part, 2)));
        previous_root = root;
    }
    return false;
}

void go_catalog(const CatalogFile *file, const Object *object, const GoBuild *build,
                CatalogSink *sink)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Modules modules = {0};
    Str line, rest = build->modules;
    arena_init(&scratch);
    if (is_test_of_go(file->path)) {
        sink_note(sink, file->path, "a test of Go itself: passed over");
        return;
    }
    while (str_next_line(&rest, &line))
        take_line(&scratch, line, &modules);
    uint32_t index = (uint32_t)sink->executables.len;
    *vec_push(sink->arena, &sink->executables) =
        (Executable){.path = arena_str(sink->arena, file->path),
                     .goos = arena_str(sink->arena, modules.goos),
                     .goarch = arena_str(sink->arena, modules.goarch),
                     .symbols = go_symbols(sink->arena, object)};
    if (modules.damaged)
        sink_incomplete(sink, file->path,
                        "Go build info with lines that cannot be read: modules may be missing");
    add_standard_library(file, sink, index, build->version);
    add_modules(file, sink, index, &modules);
}
