/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/jar.h"

/* A wrong group is worse than none: it finds no advisory, while an artifact alone still finds them
 * all. So a group is taken from the manifest only where its name fits the artifact's. */

static Str literal(Str value)
{
    value = str_trim(value);
    return str_contains(value, STR("${")) || str_find_char(value, ' ') != STR_NONE ? (Str){0}
                                                                                   : value;
}

JarPom jar_pom_read(Str text)
{
    JarPom pom = {0};
    const struct {
        Str key;
        Str *value;
    } known[] = {{STR("groupId"), &pom.group},
                 {STR("artifactId"), &pom.artifact},
                 {STR("version"), &pom.version}};
    Str line, key, value;
    while (str_next_line(&text, &line)) {
        if (!str_cut(line, '=', &key, &value) && !str_cut(line, ':', &key, &value))
            continue;
        for (size_t i = 0; i < COUNT_OF(known); i++)
            if (str_eq(str_trim(key), known[i].key))
                *known[i].value = literal(value);
    }
    return pom;
}

static void manifest_take(JarManifest *out, Str header, Str value)
{
    const struct {
        Str header;
        Str *value;
    } known[] = {
        {STR("Bundle-SymbolicName"), &out->symbolic_name},
        {STR("Implementation-Vendor-Id"), &out->vendor_id},
        {STR("Implementation-Title"), &out->title},
        {STR("Automatic-Module-Name"), &out->module},
        {STR("Group-Id"), &out->group_id},
        {STR("Short-Name"), &out->short_name},
        {STR("Bundle-License"), &out->licence},
        {STR("Implementation-Version"), &out->implementation_version},
        {STR("Bundle-Version"), &out->bundle_version},
        {STR("Specification-Version"), &out->specification_version},
        {STR("Plugin-Version"), &out->plugin_version},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_eq_fold(header, known[i].header))
            *known[i].value = literal(value);
}

JarManifest jar_manifest_read(Arena *arena, Str text)
{
    JarManifest manifest = {0};
    Str line, header = {0}, value = {0}, rest;
    while (str_next_line(&text, &line) && line.len > 0) {
        if (line.ptr[0] == ' ') {
            /* Lines are cut at 72 bytes; what we want spans few of them. */
            if (value.len < 1024)
                value = arena_join(arena, value, str_from_pos(line, 1));
            continue;
        }
        manifest_take(&manifest, header, value);
        if (!str_cut(line, ':', &header, &value))
            header = (Str){0};
    }
    manifest_take(&manifest, header, value);
    str_cut(manifest.symbolic_name, ';', &manifest.symbolic_name, &rest);
    return manifest;
}

/* ---- file names ---- */

/* Parts of a version that do not begin with a digit: "1.0-beta-3", "31.1-jre". */
static bool part_is_qualifier(Str part)
{
    static const Str words[] = {
        STR_INIT("alpha"),   STR_INIT("beta"),      STR_INIT("rc"),    STR_INIT("cr"),
        STR_INIT("m"),       STR_INIT("milestone"), STR_INIT("final"), STR_INIT("ga"),
        STR_INIT("release"), STR_INIT("snapshot"),  STR_INIT("sp"),    STR_INIT("jre"),
        STR_INIT("jdk"),     STR_INIT("android"),   STR_INIT("b"),     STR_INIT("incubating"),
        STR_INIT("redhat"),  STR_INIT("ea"),        STR_INIT("pre"),   STR_INIT("patch")};
    if (char_is_digit(str_at(part, 0)))
        return true;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_starts_fold(part, words[i]))
            continue;
        char next = str_at(part, words[i].len);
        if (next == 0 || next == '.' || char_is_digit(next))
            return true;
    }
    return false;
}

static bool is_version(Str s)
{
    Str part;
    while (str_next(&s, '-', &part))
        if (!part_is_qualifier(part))
            return false;
    return true;
}

/* The version begins at the first "-DIGIT" from which on everything can belong to it; else the last
 * "-DIGIT" that has a dot begins it and what follows the next dash is a classifier
 * ("linux-x86_64"). */
JarName jar_name_read(Str base)
{
    Str stem, extension, rest;
    size_t last = STR_NONE;
    str_rcut(base, '.', &stem, &extension);
    JarName name = {.artifact = stem};
    for (size_t i = 1; i + 1 < stem.len; i++) {
        if (stem.ptr[i] != '-' || !char_is_digit(stem.ptr[i + 1]))
            continue;
        Str part, rest_of = str_from_pos(stem, i + 1);
        str_cut(rest_of, '-', &part, &rest_of);
        if (str_find_char(part, '.') != STR_NONE)
            last = i;
        if (is_version(str_from_pos(stem, i + 1)))
            return (JarName){str_head(stem, i), str_from_pos(stem, i + 1)};
    }
    if (last != STR_NONE) {
        name.artifact = str_head(stem, last);
        str_cut(str_from_pos(stem, last + 1), '-', &name.version, &rest);
    }
    return name;
}

/* ---- who it is ---- */

static bool pom_agrees(const JarPom *pom, const JarName *name, Str base)
{
    if (str_eq_fold(pom->artifact, name->artifact))
        return true;
    /* The artifact's own name may look like a version: "scala-2.13". */
    return str_starts_fold(base, pom->artifact) && pom->version.len &&
           str_starts(str_from_pos(base, pom->artifact.len + 1), pom->version);
}

const JarPom *jar_main_pom(const JarPomVec *poms, const JarName *name, Str base)
{
    const JarPom *best = NULL;
    for (size_t i = 0; i < poms->len; i++) {
        const JarPom *pom = &poms->at[i];
        if ((poms->len == 1 || pom_agrees(pom, name, base)) &&
            (!best || pom->artifact.len > best->artifact.len))
            best = pom;
    }
    return best;
}

static bool is_word(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!char_is_alnum(s.ptr[i]) && str_find_char(STR("._-"), s.ptr[i]) == STR_NONE)
            return false;
    return s.len > 0;
}

/* "logback-classic" at the end of "ch.qos.logback.classic". */
static bool ends_dotted(Str name, Str artifact)
{
    if (name.len <= artifact.len || str_at(name, name.len - artifact.len - 1) != '.')
        return false;
    Str end = str_from_pos(name, name.len - artifact.len);
    for (size_t i = 0; i < end.len; i++)
        if (end.ptr[i] != artifact.ptr[i] && !(end.ptr[i] == '.' && artifact.ptr[i] == '-'))
            return false;
    return true;
}

/* A bundle or module name is the group with the artifact's last word behind it, or with all of it.
 */
static Str group_of_name(Str name, Str artifact)
{
    Str group, last;
    if (!is_word(name) || !ends_dotted(name, artifact) || !str_rcut(name, '.', &group, &last))
        return (Str){0};
    return str_find_char(group, '.') == STR_NONE && str_find_char(artifact, '-') != STR_NONE &&
                   !str_eq(last, artifact)
               ? (Str){0}
               : group;
}

/* "com.sun" signs what is javax.activation's, and "org.apache" all of Apache: a vendor counts as
 * the group only if the classes lie one step below it. Without classes there is nothing to object
 * to. */
static bool vendor_fits(Str vendor, const JarClasses *classes)
{
    Str above, last;
    if (!is_word(vendor) || str_find_char(vendor, '.') == STR_NONE)
        return false;
    if (!classes->any)
        return true;
    if (!str_rcut(classes->folder, '/', &above, &last))
        return false;
    for (size_t i = 0; i < vendor.len || i < above.len; i++)
        if (str_at(vendor, i) != str_at(above, i) &&
            !(str_at(vendor, i) == '.' && str_at(above, i) == '/'))
            return false;
    return true;
}

static Str manifest_group(const JarManifest *m, Str artifact, const JarClasses *classes)
{
    if (is_word(m->group_id))
        return m->group_id;
    Str group = group_of_name(m->symbolic_name, artifact);
    if (group.len == 0 && vendor_fits(m->vendor_id, classes))
        group = m->vendor_id;
    return group.len ? group : group_of_name(m->module, artifact);
}

static Str manifest_version(const JarManifest *m)
{
    const Str versions[] = {m->plugin_version, m->implementation_version, m->bundle_version,
                            m->specification_version};
    for (size_t i = 0; i < COUNT_OF(versions); i++)
        if (versions[i].len && char_is_digit(versions[i].ptr[0]))
            return versions[i];
    return (Str){0};
}

JarIdentity jar_identity(const JarManifest *manifest, const JarName *name, const JarPom *xml,
                         const JarClasses *classes)
{
    JarIdentity who = {.artifact = name->artifact, .version = name->version, .source = JAR_NAME};
    if (who.version.len == 0) {
        who.version = manifest_version(manifest);
        if (is_word(manifest->short_name))
            who.artifact = manifest->short_name;
        else if (is_word(manifest->title) && str_find_char(manifest->title, '.') == STR_NONE)
            who.artifact = manifest->title;
    }
    if (xml) {
        who.artifact = xml->artifact;
        who.group = xml->group;
    } else {
        who.group = manifest_group(manifest, who.artifact, classes);
    }
    if (who.group.len)
        who.source = JAR_MANIFEST;
    return who;
}
