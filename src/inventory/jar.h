/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/* What a Java archive says about itself, and what follows from it: texts only, no archive. */

/* META-INF/maven/GROUP/ARTIFACT/pom.properties, or only that path where there is but a pom.xml. */
typedef struct JarPom {
    Str group, artifact, version;
} JarPom;
typedef Vec(JarPom) JarPomVec;

/* The main section of META-INF/MANIFEST.MF; what is not there is empty.
 * https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html */
typedef struct JarManifest {
    Str symbolic_name, vendor_id, title, module, group_id, short_name, licence;
    Str implementation_version, bundle_version, specification_version, plugin_version;
} JarManifest;

/* "log4j-1.2-api-2.14.1.jar" is log4j-1.2-api and 2.14.1; the version may be absent. */
typedef struct JarName {
    Str artifact, version;
} JarName;

/* Slices of `text` or of the arena. Values with a ${property} left in them are empty. */
JarPom jar_pom_read(Str text);
JarManifest jar_manifest_read(Arena *arena, Str text);
JarName jar_name_read(Str base);

/* The folder that all classes lie in or below: "org/springframework/beans". */
typedef struct JarClasses {
    Str folder;
    bool any;
} JarClasses;

/* Where an identity comes from, the surest first. */
typedef enum JarSource {
    JAR_POM,      /* pom.properties */
    JAR_SHADED,   /* one of several, of what was put into the archive */
    JAR_MANIFEST, /* group from the manifest, or from the path of a pom.xml */
    JAR_NAME,     /* the group is not known: the name is the artifact's alone (rule 75) */
    JAR_SOURCES,
} JarSource;

typedef struct JarIdentity {
    Str group, artifact, version; /* group empty: not known; version empty: nothing is */
    JarSource source;
} JarIdentity;

/* Of several poms (shaded archives) the one that agrees with the file's name; the only one agrees
 * anyway. NULL: none. */
const JarPom *jar_main_pom(const JarPomVec *poms, const JarName *name, Str base);
/* The archive's own identity where no pom.properties tells it. `xml` may be NULL. */
JarIdentity jar_identity(const JarManifest *manifest, const JarName *name, const JarPom *xml,
                         const JarClasses *classes);
