/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/zip.h"
#include "base/buf.h"
#include "inventory/jar.h"
#include "inventory/language.h"

/* Archives in archives, to limits->archive_depth: a jar in a war in an ear. Who an archive is
 * stands, the surest first, in pom.properties, in its manifest, in its file name. A shaded archive
 * carries the pom.properties of all that went into it: the one that agrees with the file's name is
 * its own, the others are packages as well.
 *
 * One file on disk may stand for very many bytes. So all that is unpacked for it is counted
 * together, what is held at one time is bounded by limits->file_bytes, and the archives are
 * counted. */
enum {
    MANIFEST_LIMIT = 10 << 20,
    POM_LIMIT = 64 << 10,
    ARCHIVES_LIMIT = 20000,
    MEMBERS_LIMIT = 1 << 20,
    BUDGET_FACTOR = 4, /* of limits->file_bytes */
};

typedef struct Walk {
    CatalogSink *sink;
    Limits limits;         /* of one archive */
    uint64_t held, budget; /* of unpacked archives */
    uint64_t texts;        /* left for manifests and poms */
    uint32_t archives;
    bool stopped; /* a bound was met and said */
} Walk;

typedef struct Jar {
    Str path; /* "app.war!/WEB-INF/lib/x.jar" */
    Str base;
    Zip zip;
    Arena *arena;
    JarPomVec poms, xmls;
    JarManifest manifest;
    Vec(const ZipMember *) nested;
    JarClasses classes;
    bool has_manifest;
} Jar;

static bool is_archive(Str base)
{
    static const Str extensions[] = {
        STR_INIT(".jar"), STR_INIT(".war"), STR_INIT(".ear"), STR_INIT(".par"), STR_INIT(".sar"),
        STR_INIT(".nar"), STR_INIT(".jpi"), STR_INIT(".hpi"), STR_INIT(".kar"), STR_INIT(".lpkg")};
    if (str_starts(base, STR("._"))) /* macOS puts a file's attributes there */
        return false;
    for (size_t i = 0; i < COUNT_OF(extensions); i++)
        if (str_ends_fold(base, extensions[i]))
            return true;
    return false;
}

static bool java_wants(Str path, Str base)
{
    (void)path;
    return is_archive(base);
}

static void walk_archive(Walk *walk, Str path, Str bytes, unsigned depth);

/* ---- what is in one archive ---- */

static void classes_join(Jar *jar, Str folder)
{
    if (!jar->classes.any) {
        jar->classes.folder = folder;
        jar->classes.any = true;
        return;
    }
    size_t same = 0, end = 0;
    while (same < folder.len && same < jar->classes.folder.len &&
           folder.ptr[same] == jar->classes.folder.ptr[same]) {
        if (folder.ptr[same] == '/')
            end = same;
        same++;
    }
    bool whole = (same == folder.len || folder.ptr[same] == '/') &&
                 (same == jar->classes.folder.len || jar->classes.folder.ptr[same] == '/');
    jar->classes.folder = str_head(jar->classes.folder, whole ? same : end);
}

static bool bound_met(Walk *walk, Str path, const char *what)
{
    if (!walk->stopped)
        sink_incomplete(walk->sink, path, "%s: the rest is not examined", what);
    walk->stopped = true;
    return false;
}

static bool member_text(Walk *walk, Jar *jar, const ZipMember *member, uint64_t limit, Buf *out)
{
    Error err = {0};
    if (walk->texts < member->size)
        return bound_met(walk, jar->path, "unpacks to too much");
    if (!zip_member_read(&jar->zip, member, limit, out, &err)) {
        sink_incomplete(walk->sink, jar->path, "%s", err.message);
        return false;
    }
    walk->texts -= out->len;
    return true;
}

/* META-INF/maven/GROUP/ARTIFACT/... */
static JarPom pom_of_path(Str name)
{
    JarPom pom = {0};
    Str rest = str_from_pos(name, STR("META-INF/maven/").len);
    str_cut(rest, '/', &pom.group, &rest);
    str_cut(rest, '/', &pom.artifact, &rest);
    return pom;
}

static void take_pom(Walk *walk, Jar *jar, const ZipMember *member)
{
    Buf text CLEANUP(buf_fini) = {0};
    JarPom path = pom_of_path(member->name);
    if (!member_text(walk, jar, member, POM_LIMIT, &text))
        return;
    JarPom pom = jar_pom_read(buf_str(&text));
    pom.group = pom.group.len ? arena_str(jar->arena, pom.group) : path.group;
    pom.artifact = pom.artifact.len ? arena_str(jar->arena, pom.artifact) : path.artifact;
    pom.version = arena_str(jar->arena, pom.version);
    if (pom.group.len && pom.artifact.len)
        *vec_push(jar->arena, pom.version.len ? &jar->poms : &jar->xmls) = pom;
}

static void take_manifest(Walk *walk, Jar *jar, const ZipMember *member)
{
    Buf text CLEANUP(buf_fini) = {0};
    if (jar->has_manifest || !member_text(walk, jar, member, MANIFEST_LIMIT, &text))
        return;
    jar->has_manifest = true;
    jar->manifest = jar_manifest_read(jar->arena, arena_str(jar->arena, buf_str(&text)));
}

static void take_member(Walk *walk, Jar *jar, const ZipMember *member)
{
    Str name = member->name;
    if (name.len > walk->limits.path_bytes) {
        sink_incomplete(walk->sink, jar->path, "a member's name is too long: not examined");
    } else if (str_ends(name, STR(".class"))) {
        if (!str_starts(name, STR("META-INF/")) && !str_ends(name, STR("module-info.class")))
            classes_join(jar, path_dir(name));
    } else if (str_starts(name, STR("META-INF/maven/"))) {
        if (str_ends(name, STR("/pom.properties")))
            take_pom(walk, jar, member);
        else if (str_ends(name, STR("/pom.xml")) && pom_of_path(name).artifact.len)
            *vec_push(jar->arena, &jar->xmls) = pom_of_path(name);
    } else if (str_eq_fold(name, STR("META-INF/MANIFEST.MF"))) {
        take_manifest(walk, jar, member);
    } else if (is_archive(path_base(name))) {
        *vec_push(jar->arena, &jar->nested) = member;
    }
}

/* ---- what follows from it ---- */

static void add(Walk *walk, const Jar *jar, Str group, Str artifact, Str version, JarSource source)
{
    static const struct {
        Str found_by;
        double confidence;
    } sources[JAR_SOURCES] = {
        [JAR_POM] = {STR_INIT("java: pom.properties"), 1},
        [JAR_SHADED] = {STR_INIT("java: pom.properties, shaded"), .9},
        [JAR_MANIFEST] = {STR_INIT("java: MANIFEST.MF"), .8},
        [JAR_NAME] = {STR_INIT("java: file name, group unknown"), .6},
    };
    CatalogFile file = {.path = jar->path};
    Str name =
        group.len ? arena_printf(jar->arena, STR_FMT ":" STR_FMT, STR_ARG(group), STR_ARG(artifact))
                  : artifact;
    Package *package = language_package(walk->sink, PACKAGE_MAVEN, &file, name, version);
    if (!package)
        return;
    package->found_by = sources[source].found_by;
    package->confidence = sources[source].confidence;
    if (source == JAR_NAME)
        package->vendor = arena_str(walk->sink->arena, jar->classes.folder);
}

static const JarPom *xml_that_agrees(const Jar *jar, const JarName *name)
{
    for (size_t i = 0; i < jar->xmls.len; i++)
        if (str_eq_fold(jar->xmls.at[i].artifact, name->artifact))
            return &jar->xmls.at[i];
    return jar->poms.len == 0 && jar->xmls.len == 1 ? &jar->xmls.at[0] : NULL;
}

static void identify(Walk *walk, const Jar *jar)
{
    JarName name = jar_name_read(jar->base);
    const JarPom *main_pom = jar_main_pom(&jar->poms, &name, jar->base);
    for (size_t i = 0; i < jar->poms.len; i++)
        add(walk, jar, jar->poms.at[i].group, jar->poms.at[i].artifact, jar->poms.at[i].version,
            &jar->poms.at[i] == main_pom ? JAR_POM : JAR_SHADED);
    /* Beside the poms of others, only a name with a version is worth more than a guess. */
    if (main_pom || (jar->poms.len && name.version.len == 0))
        return;
    JarIdentity who =
        jar_identity(&jar->manifest, &name, xml_that_agrees(jar, &name), &jar->classes);
    if (who.version.len)
        add(walk, jar, who.group, who.artifact, who.version, who.source);
    else if (jar->classes.any)
        sink_note(walk->sink, jar->path, "Java archive that names no version of itself");
}

/* ---- archives in it ---- */

static void walk_member(Walk *walk, Jar *jar, const ZipMember *member, unsigned depth)
{
    Buf bytes CLEANUP(buf_fini) = {0};
    Error err = {0};
    uint64_t room = walk->sink->limits->file_bytes - walk->held;
    Str path =
        arena_printf(jar->arena, STR_FMT "!/" STR_FMT, STR_ARG(jar->path), STR_ARG(member->name));
    if (depth >= walk->sink->limits->archive_depth) {
        sink_incomplete(walk->sink, path, "archives nested deeper than %u: not examined",
                        walk->sink->limits->archive_depth);
        return;
    }
    if (walk->archives++ >= ARCHIVES_LIMIT || member->size > walk->budget) {
        bound_met(walk, path, "too many or too large archives in one");
        return;
    }
    if (!zip_member_read(&jar->zip, member, room, &bytes, &err)) {
        sink_incomplete(walk->sink, path, "%s", err.message);
        return;
    }
    walk->held += bytes.len;
    walk->budget -= bytes.len;
    walk_archive(walk, path, buf_str(&bytes), depth + 1);
    walk->held -= bytes.len;
}

static void walk_archive(Walk *walk, Str path, Str bytes, unsigned depth)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    arena_init(&arena);
    Jar jar = {.path = path, .base = path_base(path), .arena = &arena};
    if (bytes.len == 0)
        return;
    if (!zip_open(&jar.zip, bytes, &walk->limits, &arena, &err)) {
        sink_incomplete(walk->sink, path, "%s", err.message);
        return;
    }
    for (size_t i = 0; i < jar.zip.members.len && !walk->stopped; i++)
        take_member(walk, &jar, &jar.zip.members.at[i]);
    identify(walk, &jar);
    for (size_t i = 0; i < jar.nested.len && !walk->stopped; i++)
        walk_member(walk, &jar, jar.nested.at[i], depth);
    zip_close(&jar.zip);
}

static void java_read(const CatalogFile *file, CatalogSink *sink)
{
    Walk walk = {.sink = sink,
                 .limits = *sink->limits,
                 .budget = sink->limits->file_bytes * BUDGET_FACTOR,
                 .texts = sink->limits->file_bytes};
    if (walk.limits.entries > MEMBERS_LIMIT)
        walk.limits.entries = MEMBERS_LIMIT;
    walk_archive(&walk, file->path, file->bytes, 0);
}

const Cataloger cataloger_java = {
    .name = "java",
    .summary = "Java archives, also nested and shaded: jar, war, ear and their kin",
    .spec = "https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html",
    .wants_path = java_wants,
    .read = java_read,
};
