/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/note.h"
#include "model/package.h"

/* Everything that was read out of one subject; the sandboxed child's only product. */
typedef struct Inventory {
    Subject subject;
    PackageVec packages;
    ExecutableVec executables;
    NoteVec notes, incomplete;
} Inventory;
