/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "layers/layer.h"

/* Inside src/layers: what the walks of tar and directory share. */

/* Adds an entry, its strings copied, against the budget of the image. */
MUST_USE bool entry_add(const LayerWalk *walk, LayerIndex *index, const LayerEntry *entry,
                        Error *err);

/* What a path's last part says: ".wh.x" hides x, ".wh..wh..opq" what its folder holds; leftovers of
 * AUFS (".wh..wh.plnk") mean nothing. *target is the path that is meant. */
typedef enum NameKind { NAME_PLAIN, NAME_WHITEOUT, NAME_OPAQUE, NAME_IGNORED } NameKind;
NameKind name_parse(Arena *arena, Str path, Str *target);

LayerInterest visitor_interest(const LayerWalk *walk, const LayerEntry *entry);
bool visitor_wants(const LayerWalk *walk, const LayerEntry *entry, Str head);
bool visitor_worth(const LayerWalk *walk, const LayerEntry *entry, Str head, Fd file);
void visitor_oversize(const LayerWalk *walk, const LayerEntry *entry);
void visitor_note(const LayerWalk *walk, Str path, uint64_t offset, const char *what,
                  bool incomplete);
