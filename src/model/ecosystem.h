/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "model/package.h"

/* How OSV names an ecosystem, and which version scheme orders its versions. Release-bound
 * ecosystems are written "Debian:12", "Alpine:v3.20", "AlmaLinux:9". Source: the OSV schema's
 * list of ecosystems. */
typedef struct Ecosystem {
    Str name; /* without release */
    PackageType type;
    Str scheme; /* a name of versions/ */
    Str distro; /* os-release ID, for the release-bound ones */
} Ecosystem;

const Ecosystem *ecosystems(size_t *count);
/* "Debian:12" finds Debian; NULL if unknown. */
const Ecosystem *ecosystem_find(Str name);
/* Of a language package; NULL for OS packages (ask ecosystem_of_os). */
const Ecosystem *ecosystem_of_type(PackageType type);
const Ecosystem *ecosystem_of_distro(Str os_release_id);
/* The ecosystem with its release as the feeds write it: "Debian:12", "Alpine:v3.20",
 * "AlmaLinux:9"; empty where the distribution or its release is not known. */
Str ecosystem_of_os(Arena *arena, const OsRelease *os);
/* A package name as the feeds key it: PyPI normalised (PEP 503), NuGet and Composer in lower case.
 */
Str ecosystem_package_key(Arena *arena, const Ecosystem *eco, Str name);
