/* SPDX-License-Identifier: Apache-2.0 */
#include "model/package.h"

#include "base/reader.h"
#include "base/sum.h"
#include "model/note.h"
#include "model/purl.h"

static const struct {
    Str name;
    bool os;
} types[PACKAGE_TYPES] = {
    [PACKAGE_APK] = {STR_INIT("apk"), true},
    [PACKAGE_DEB] = {STR_INIT("deb"), true},
    [PACKAGE_RPM] = {STR_INIT("rpm"), true},
    [PACKAGE_NPM] = {STR_INIT("npm"), false},
    [PACKAGE_PYPI] = {STR_INIT("pypi"), false},
    [PACKAGE_MAVEN] = {STR_INIT("maven"), false},
    [PACKAGE_GOLANG] = {STR_INIT("golang"), false},
    [PACKAGE_CARGO] = {STR_INIT("cargo"), false},
    [PACKAGE_GEM] = {STR_INIT("gem"), false},
    [PACKAGE_COMPOSER] = {STR_INIT("composer"), false},
    [PACKAGE_NUGET] = {STR_INIT("nuget"), false},
    [PACKAGE_BITNAMI] = {STR_INIT("bitnami"), false},
    [PACKAGE_GENERIC] = {STR_INIT("generic"), false},
};

Str package_type_name(PackageType type)
{
    return types[type].name;
}

bool package_type_parse(Str name, PackageType *out)
{
    for (size_t i = 0; i < PACKAGE_TYPES; i++)
        if (str_eq(types[i].name, name)) {
            *out = (PackageType)i;
            return true;
        }
    return false;
}

bool package_type_is_os(PackageType type)
{
    return types[type].os;
}

Str subject_kind_name(SubjectKind kind)
{
    static const Str names[] = {
        [SUBJECT_IMAGE] = STR_INIT("image"),
        [SUBJECT_ROOTFS] = STR_INIT("rootfs"),
        [SUBJECT_HOST] = STR_INIT("host"),
        [SUBJECT_CONTAINER] = STR_INIT("container"),
    };
    return names[kind];
}

void package_close(Arena *arena, Package *package, const OsRelease *os)
{
    if (package->source_name.len == 0)
        package->source_name = package->name;
    if (package->source_version.len == 0)
        package->source_version = package->version;
    if (package->confidence <= 0)
        package->confidence = 1;
    package->purl = purl_of(arena, package, os);
}

uint32_t go_symbol_hash(Str import_path, Str symbol)
{
    uint64_t hash = str_hash(import_path);
    for (size_t i = 0; i < symbol.len; i++)
        if (symbol.ptr[i] != '(' && symbol.ptr[i] != ')' && symbol.ptr[i] != '*')
            hash = (hash ^ (unsigned char)symbol.ptr[i]) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 32);
}

bool executable_has_symbols(const Executable *e)
{
    if (e->kept && e->kept->state == SYMBOLS_UNSEEN)
        e->kept->state = sum_of(e->symbols) == e->kept->sum ? SYMBOLS_SOUND : SYMBOLS_DAMAGED;
    return e->symbols.len && !(e->kept && e->kept->state == SYMBOLS_DAMAGED);
}

bool executable_has_symbol(const Executable *e, uint32_t hash)
{
    size_t low = 0, high = e->symbols.len / 4;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        Reader r = reader_of(str_sub(e->symbols, middle * 4, middle * 4 + 4));
        uint32_t at = reader_u32le(&r);
        if (at == hash)
            return true;
        if (at < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

void note_add(Arena *arena, NoteVec *notes, Str what, Str why)
{
    for (size_t i = 0; i < notes->len; i++)
        if (str_eq(notes->at[i].what, what) && str_eq(notes->at[i].why, why))
            return;
    *vec_push(arena, notes) = (Note){arena_str(arena, what), arena_str(arena, why)};
}
