/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/result.h"

/* Context that the image's own configuration tells: who it runs as, how old it is,
 * which ports it declares. Each property says why; nothing is derived without a configuration, and
 * nothing replaces what the user said. */
void context_derive(const Subject *subject, Date as_of, Arena *arena, Context *context);
