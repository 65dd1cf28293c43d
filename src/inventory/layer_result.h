/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/cataloger.h"
#include "layers/layer.h"

/* What catalogers found in one layer, file by file, before anyone knows which of its files are
 * still to be seen in the end. It depends on the layer's bytes and the catalogers alone, so it can
 * be kept under the layer's diffID and LAYER_RESULT_VERSION. */
enum { LAYER_RESULT_VERSION = 5 }; /* another one whenever a cataloger or the wire form changes */

/* From `first` up to, not including, `end`, in the list of the same name in `found`. */
typedef struct LayerSpan {
    uint32_t first, end;
} LayerSpan;

/* One file that was read. `as` is the path that the catalogers were told: `path` itself, but for
 * what a second pass reads under the name of a link (assemble_missing). An empty path: what was
 * said of the layer as a whole. */
typedef struct LayerFile {
    Str path, as;
    LayerSpan packages, owned, notes, incomplete;
    OsRelease os;
    uint32_t os_rank;
} LayerFile;

typedef struct LayerResult {
    CatalogSink found; /* of all files together; `os` of the last */
    Vec(LayerFile) files;
    StrVec again; /* paths of long files that a second walk has to read */
} LayerResult;

/* `arena` and `limits` must outlive the result. */
void layer_result_init(LayerResult *result, Arena *arena, const Limits *limits);
/* Runs every cataloger that wants it over one file. `path` and `as` as in LayerFile. */
void layer_result_read(LayerResult *result, Str path, Str as, Str bytes, uint32_t mode);
void layer_result_say(LayerResult *result, Str path, bool incomplete, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* Feeds the catalogers from a walk over the layer. `result` is the visitor's `self`. */
LayerVisitor layer_result_visitor(LayerResult *result);

void layer_result_encode(const LayerResult *result, Buf *out);
/* Judges the bytes as hostile input (counts, spans, enumerations, indices); *out keeps a copy. */
MUST_USE bool layer_result_decode(Str bytes, Arena *arena, const Limits *limits, LayerResult *out,
                                  Error *err);
