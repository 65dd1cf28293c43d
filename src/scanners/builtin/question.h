/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "model/ecosystem.h"
#include "model/inventory.h"
#include "versions/version.h"

/* What the database is asked about one package, or about all packages that would ask the same: the
 * binaries of one source package, one library found at many places. */
typedef struct Question {
    const StrVec *ecosystems; /* with release, as the feeds write them; all are asked */
    Str origin; /* one of them: an older release that the version was built for, whose word about
                   what is fixed goes before (rule 4); or empty */
    const Ecosystem *eco;
    const VersionScheme *scheme;
    Str name;    /* as the feed keys it; "*:artifact" for a jar whose group is not known */
    Str version; /* that is compared */
    Str unit;    /* of its findings */
    Str arch;    /* as rpm writes it; "src" where a source package is asked for (rule 15) */
    Str module;  /* "nodejs:18" of an rpm built from a module stream, or empty */
    const Executable *executable; /* Go: what it was linked into; may be NULL */
    double confidence;            /* that the package is what it is taken for */
    bool any_epoch;               /* the version's epoch is not known (rule 13) */
    bool subscribed;              /* fixes of Ubuntu's extended support are within reach (rule 9) */
    Vec(uint32_t) packages;       /* indices into the inventory */
} Question;
typedef Vec(Question) QuestionVec;

/* Every question that some record of the database speaks to. What cannot be asked goes to
 * `incomplete`, summed up by ecosystem. */
void questions_of(const Inventory *inventory, const Database *db, Arena *arena, QuestionVec *out,
                  NoteVec *incomplete);
