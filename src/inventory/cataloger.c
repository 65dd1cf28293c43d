/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/cataloger.h"

#include "base/buf.h"
#include "inventory/sink.h"

extern const Cataloger cataloger_os_release, cataloger_apk, cataloger_dpkg, cataloger_chisel,
    cataloger_rpm;
extern const Cataloger cataloger_npm, cataloger_python, cataloger_java, cataloger_executable,
    cataloger_gem, cataloger_composer;

static const Cataloger *const rows[] = {
    &cataloger_os_release, &cataloger_apk,      &cataloger_dpkg,       &cataloger_chisel,
    &cataloger_rpm,        &cataloger_npm,      &cataloger_python,     &cataloger_java,
    &cataloger_gem,        &cataloger_composer, &cataloger_executable,
};

/* Of one kind of line, so that a file of nothing but errors cannot fill the report. */
enum { LINES_MAX = 500 };

const Cataloger *const *catalogers(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

/* A small file can ask for large results (one long directory name, a million short files in it):
 * what one layer's catalogers keep is bounded by a share of the child's memory. */
static bool sink_is_full(const CatalogSink *sink, size_t count, uint64_t limit)
{
    return count >= limit || sink->arena->used > sink->limits->memory / 4;
}

/* One file of thousands of packages is one path. */
static Str path_keep(CatalogSink *sink, Str path)
{
    if (!str_eq(sink->path, path))
        sink->path = arena_str(sink->arena, path);
    return sink->path;
}

Package *sink_package(CatalogSink *sink, PackageType type, const CatalogFile *file)
{
    Package *package;
    if (sink_is_full(sink, sink->packages.len, sink->limits->packages)) {
        sink_incomplete(sink, file->path, "too many packages: the rest is left out");
        package = arena_new(sink->arena, Package);
    } else {
        package = vec_push(sink->arena, &sink->packages);
    }
    package->type = type;
    package->layer = LAYER_NONE;
    package->owner = PACKAGE_NONE;
    package->executable = EXECUTABLE_NONE;
    package->paths.at = arena_new(sink->arena, Str); /* most have one */
    package->paths.cap = 1;
    *vec_push(sink->arena, &package->paths) = path_keep(sink, file->path);
    return package;
}

PRINTF_LIKE(4, 0)
static void line_add(CatalogSink *sink, NoteVec *lines, Str path, const char *format, va_list args)
{
    if (lines->len > LINES_MAX)
        return;
    if (lines->len == LINES_MAX) {
        note_add(sink->arena, lines, path, STR("more like this is left out"));
        return;
    }
    Buf why CLEANUP(buf_fini) = {0};
    buf_vprintf(&why, format, args);
    note_add(sink->arena, lines, path, buf_str(&why));
}

void sink_note(CatalogSink *sink, Str path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line_add(sink, &sink->notes, path, format, args);
    va_end(args);
}

void sink_incomplete(CatalogSink *sink, Str path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line_add(sink, &sink->incomplete, path, format, args);
    va_end(args);
}

bool text_is_word(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] >= 0x7f) /* bytes beyond ASCII too, signed or not */
            return false;
    return s.len > 0;
}

bool text_is_torn(Str bytes)
{
    return str_find_char(bytes, '\0') != STR_NONE ||
           (bytes.len && str_at(bytes, bytes.len - 1) != '\n');
}

bool names_data(Str path)
{
    static const Str share = STR_INIT("usr/share/");
    static const Str dirs[] = {STR_INIT("doc/"), STR_INIT("man/"), STR_INIT("locale/"),
                               STR_INIT("zoneinfo/"), STR_INIT("licenses/")};
    static const Str endings[] = {
        STR_INIT("h"),        STR_INIT("hpp"),  STR_INIT("c"),       STR_INIT("cc"),
        STR_INIT("cpp"),      STR_INIT("java"), STR_INIT("py"),      STR_INIT("pyc"),
        STR_INIT("pyi"),      STR_INIT("pl"),   STR_INIT("pm"),      STR_INIT("pod"),
        STR_INIT("ph"),       STR_INIT("rb"),   STR_INIT("js"),      STR_INIT("mjs"),
        STR_INIT("cjs"),      STR_INIT("jsx"),  STR_INIT("ts"),      STR_INIT("mts"),
        STR_INIT("cts"),      STR_INIT("tsx"),  STR_INIT("map"),     STR_INIT("css"),
        STR_INIT("html"),     STR_INIT("htm"),  STR_INIT("xml"),     STR_INIT("xsl"),
        STR_INIT("json"),     STR_INIT("yml"),  STR_INIT("yaml"),    STR_INIT("toml"),
        STR_INIT("md"),       STR_INIT("txt"),  STR_INIT("rst"),     STR_INIT("gz"),
        STR_INIT("xz"),       STR_INIT("png"),  STR_INIT("svg"),     STR_INIT("gif"),
        STR_INIT("jpg"),      STR_INIT("woff"), STR_INIT("woff2"),   STR_INIT("ttf"),
        STR_INIT("mo"),       STR_INIT("po"),   STR_INIT("conf"),    STR_INIT("cfg"),
        STR_INIT("list"),     STR_INIT("pom"),  STR_INIT("service"), STR_INIT("md5sums"),
        STR_INIT("cmake"),    STR_INIT("tcl"),  STR_INIT("el"),      STR_INIT("lua"),
        STR_INIT("pem"),      STR_INIT("crt"),  STR_INIT("symbols"), STR_INIT("shlibs"),
        STR_INIT("triggers"),
    };
    Str stem, ending, below = str_from_pos(path, share.len);
    for (size_t i = 0; str_starts(path, share) && i < COUNT_OF(dirs); i++)
        if (str_starts(below, dirs[i]))
            return true;
    if (!str_rcut(path, '.', &stem, &ending))
        return false;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (str_at(ending, 0) == endings[i].ptr[0] && str_eq(ending, endings[i]))
            return true;
    return false;
}

bool catalogers_want_path(Str path)
{
    Str base = str_from_pos(path, str_rfind_char(path, '/') + 1); /* STR_NONE + 1 is 0 */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i]->wants_path && rows[i]->wants_path(path, base))
            return true;
    return false;
}

bool catalogers_may_look(Str path, uint32_t mode)
{
    enum { ANYONE_EXECUTES = 0111 };
    return mode & ANYONE_EXECUTES || !names_data(path);
}

bool catalogers_want_magic(Str path, Str first)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i]->wants_magic && rows[i]->wants_magic(path, first))
            return true;
    return false;
}

/* A list may name a file through a link, under a path that nobody wants (rule 37). */
static bool is_manifest(Str path)
{
    Str base = str_from_pos(path, str_rfind_char(path, '/') + 1); /* STR_NONE + 1 is 0 */
    return str_eq(base, STR("package.json")) || str_eq(base, STR("installed.json"));
}

/* Only files in which packages can be found are worth an owner, and most of what OS packages own is
 * none. Lists come package by package, so the name is copied once for each run of files. */
void sink_own(CatalogSink *sink, Str package, Str path)
{
    if (path.len == 0 || path.len > sink->limits->path_bytes)
        return;
    if (names_data(path) && !is_manifest(path) && !catalogers_want_path(path))
        return;
    if (sink_is_full(sink, sink->owned.len, sink->limits->entries)) {
        sink_incomplete(sink, package, "too many owned files: the rest is left out");
        return;
    }
    size_t len = sink->owned.len;
    Str last = len ? sink->owned.at[len - 1].package : (Str){0};
    Str owner = len && str_eq(last, package) ? last : arena_str(sink->arena, package);
    *vec_push(sink->arena, &sink->owned) =
        (CatalogOwned){.path = arena_str(sink->arena, path), .package = owner};
}

void sink_own_in(CatalogSink *sink, Str package, Str dir, Str name, Buf *scratch)
{
    buf_clear(scratch);
    if (name.len == 0 || dir.len + name.len >= sink->limits->path_bytes)
        return;
    buf_put(scratch, dir);
    if (dir.len)
        buf_put_char(scratch, '/');
    buf_put(scratch, name);
    sink_own(sink, package, buf_str(scratch));
}
