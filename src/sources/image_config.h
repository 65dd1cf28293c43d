/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "sources/source.h"

/* The image configuration (OCI image-spec, config.md; Docker's is the same document): platform,
 * user, ports, time of creation, diff_ids and history, each layer with its instruction.
 * ERR_FORMAT for what is no such document. */
MUST_USE bool image_config_read(Str json, Arena *arena, const Limits *limits, Image *image,
                                Error *err);

/* The object that the configuration calls "config" and an engine's answer "Config". */
void image_config_read_runtime(Json *j, Arena *arena, Subject *subject);

/* A history's created_by as a person would write it: the classic builder puts "/bin/sh -c " before
 * what it ran and "/bin/sh -c #(nop) " before what changes no file. */
Str instruction_of(Str created_by);

/* Is "linux/arm64/v8" what the user asked for? An empty wish is this machine's own platform; a wish
 * without variant accepts every variant. */
bool platform_fits(Str wish, Str os, Str architecture, Str variant);
Str platform_str(Arena *arena, Str os, Str architecture, Str variant);
