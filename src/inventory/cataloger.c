/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/cataloger.h"

#include <stdarg.h>

#include "base/buf.h"

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

const Cataloger *const *catalogers(size_t *count)
{
    *count = COUNT_OF(rows) - 1;
    return rows;
}

Package *sink_package(CatalogSink *sink, PackageType type, const CatalogFile *file)
{
    Package *package = vec_push(sink->arena, &sink->packages);
    package->type = type;
    package->layer = LAYER_NONE;
    package->owner = PACKAGE_NONE;
    package->executable = EXECUTABLE_NONE;
    *vec_push(sink->arena, &package->paths) = arena_str(sink->arena, file->path);
    return package;
}

static void note_say(CatalogSink *sink, NoteVec *notes, Str path, const char *format, va_list args)
{
    Buf why CLEANUP(buf_fini) = {0};
    buf_vprintf(&why, format, args);
    note_add(sink->arena, notes, path, buf_str(&why));
}

void sink_note(CatalogSink *sink, Str path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note_say(sink, &sink->notes, path, format, args);
    va_end(args);
}

void sink_incomplete(CatalogSink *sink, Str path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note_say(sink, &sink->incomplete, path, format, args);
    va_end(args);
}

void sink_own(CatalogSink *sink, Str package, Str path)
{
    *vec_push(sink->arena, &sink->owned) =
        (CatalogOwned){.path = arena_str(sink->arena, path), .package = package};
}
