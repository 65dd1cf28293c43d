/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/cataloger.h"

#include "base/buf.h"
#include "inventory/sink.h"

extern const Cataloger cataloger_os_release, cataloger_apk, cataloger_dpkg, cataloger_rpm;
extern const Cataloger cataloger_npm, cataloger_python, cataloger_java, cataloger_executable,
    cataloger_gem, cataloger_composer;

static const Cataloger *const rows[] = {
#ifdef ASSAY_HAVE_OS
    &cataloger_os_release,
    &cataloger_apk,
    &cataloger_dpkg,
    &cataloger_rpm,
#endif
#ifdef ASSAY_HAVE_NPM
    &cataloger_npm,
#endif
#ifdef ASSAY_HAVE_PYTHON
    &cataloger_python,
#endif
#ifdef ASSAY_HAVE_JAVA
    &cataloger_java,
#endif
#ifdef ASSAY_HAVE_GEM
    &cataloger_gem,
#endif
#ifdef ASSAY_HAVE_COMPOSER
    &cataloger_composer,
#endif
#ifdef ASSAY_HAVE_EXECUTABLE
    &cataloger_executable,
#endif
    NULL,
};

/* Of one kind of line, so that a file of nothing but errors cannot fill the report. */
enum { LINES_MAX = 500 };

const Cataloger *const *catalogers(size_t *count)
{
    *count = COUNT_OF(rows) - 1;
    return rows;
}

/* A small file can ask for large results (one long directory name, a million short files in it):
 * what one layer's catalogers keep is bounded by a share of the child's memory. */
static bool sink_is_full(const CatalogSink *sink, size_t count, uint64_t limit)
{
    return count >= limit || sink->arena->used > sink->limits->memory / 4;
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
    *vec_push(sink->arena, &package->paths) = arena_str(sink->arena, file->path);
    return package;
}

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

/* Lists come package by package, so the name is copied once for each run of files. */
void sink_own_in(CatalogSink *sink, Str package, Str dir, Str name)
{
    if (name.len == 0 || dir.len + name.len >= sink->limits->path_bytes)
        return;
    if (sink_is_full(sink, sink->owned.len, sink->limits->entries)) {
        sink_incomplete(sink, package, "too many owned files: the rest is left out");
        return;
    }
    size_t len = sink->owned.len;
    Str last = len ? sink->owned.at[len - 1].package : (Str){0};
    Str owner = len && str_eq(last, package) ? last : arena_str(sink->arena, package);
    Str path = dir.len ? arena_printf(sink->arena, STR_FMT "/" STR_FMT, STR_ARG(dir), STR_ARG(name))
                       : arena_str(sink->arena, name);
    *vec_push(sink->arena, &sink->owned) = (CatalogOwned){.path = path, .package = owner};
}

void sink_own(CatalogSink *sink, Str package, Str path)
{
    sink_own_in(sink, package, (Str){0}, path);
}
