/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/date.h"

typedef enum PackageType {
    PACKAGE_APK,
    PACKAGE_DEB,
    PACKAGE_RPM,
    PACKAGE_NPM,
    PACKAGE_PYPI,
    PACKAGE_MAVEN,
    PACKAGE_GOLANG,
    PACKAGE_CARGO,
    PACKAGE_GEM,
    PACKAGE_COMPOSER,
    PACKAGE_NUGET,
    PACKAGE_BITNAMI,
    PACKAGE_GENERIC, /* found by a classifier: no package manager stands behind it */
    PACKAGE_TYPES,
} PackageType;

#define LAYER_NONE UINT32_MAX
#define PACKAGE_NONE UINT32_MAX
#define EXECUTABLE_NONE UINT32_MAX

typedef struct Package {
    Str id; /* unique within one result, made from the purl when the inventory is closed */
    PackageType type;
    Str name;    /* as the ecosystem writes it: binary package, group:artifact, @scope/name, module
                    path */
    Str version; /* whole, with epoch and release */
    Str source_name, source_version; /* name and version where nothing else is said */
    Str arch;
    Str purl;          /* made by package_close */
    Str vendor;        /* rpm Vendor, dpkg Maintainer: tells third-party packages (rules 11, 26) */
    Str modularity;    /* rpm: name:stream:version:context, or empty */
    Str found_by;      /* cataloger, and what it read: "jar: pom.properties" */
    double confidence; /* in the identity; 1 where a package manager says so */
    bool declared;     /* named in a lock file, not seen installed */
    bool third_party;  /* not built by the distribution: no advisory of its speaks about it */
    uint32_t layer;    /* index into Subject.layers, or LAYER_NONE */
    uint32_t owner;    /* index of the OS package that owns its files, or PACKAGE_NONE (rule 35) */
    uint32_t executable; /* index into Inventory.executables, or EXECUTABLE_NONE */
    StrVec paths;        /* where it was found, relative to the root, sorted */
    StrVec licences;
} Package;
typedef Vec(Package) PackageVec;

/* An executable that names its functions (Go): for rule 74. */
typedef struct Executable {
    Str path;
    Str goos, goarch;
    Str symbols; /* sorted little-endian 32-bit go_symbol_hash values; empty: not known */
    struct KeptSymbols *kept; /* they were; NULL: they were just read */
} Executable;
typedef Vec(Executable) ExecutableVec;

/* Tables are large, and of few executables anything is asked: a table is summed before its first use. */
typedef struct KeptSymbols {
    uint64_t sum; /* sum_of the table when it was kept */
    enum { SYMBOLS_UNSEEN, SYMBOLS_SOUND, SYMBOLS_DAMAGED } state;
} KeptSymbols;
/* Are its functions known? Not of a damaged table: the state tells, and what is concluded then is void. */
bool executable_has_symbols(const Executable *e);

/* Of "golang.org/x/net/http2" and "Framer.ReadFrame"; receiver stars and brackets taken off. */
uint32_t go_symbol_hash(Str import_path, Str symbol);
bool executable_has_symbol(const Executable *e, uint32_t hash); /* of one that has symbols */

typedef struct OsRelease {
    Str id;      /* os-release ID: "debian"; empty: unknown */
    Str version; /* VERSION_ID, or what a more specific file says */
    Str codename;
    Str name;         /* PRETTY_NAME */
    Str id_like;      /* ID_LIKE as it stands */
    Date support_end; /* SUPPORT_END, or DATE_NONE */
} OsRelease;

typedef struct Layer {
    Str diff_id;   /* "sha256:..." of the uncompressed tar; empty where it could not be computed */
    Str digest;    /* of the blob as it is stored; empty where there is none */
    uint64_t size; /* of the blob as it is stored */
    Str instruction; /* the history's created_by, or empty */
} Layer;

typedef enum SubjectKind {
    SUBJECT_IMAGE,
    SUBJECT_ROOTFS,
    SUBJECT_HOST,
    SUBJECT_CONTAINER
} SubjectKind;

/* What is assessed, and what its own configuration says about how it runs. */
typedef struct Subject {
    SubjectKind kind;
    Str name, digest, platform; /* platform "linux/amd64" */
    OsRelease os;
    Vec(Layer) layers;
    bool has_config; /* an image configuration was read; what follows comes from it */
    Str user;        /* as it stands; empty means root */
    StrVec ports;    /* "80/tcp" */
    Date created;
} Subject;

Str package_type_name(PackageType type); /* "deb" */
bool package_type_parse(Str name, PackageType *out);
bool package_type_is_os(PackageType type);
Str subject_kind_name(SubjectKind kind);
/* Fills what is derived: source_name and source_version, confidence, purl. */
void package_close(Arena *arena, Package *package, const OsRelease *os);
