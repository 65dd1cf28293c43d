/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/dotted.h"
#include "versions/schemes.h"

static bool valid(Str v)
{
    return dotted_valid(v, STR("."), 1);
}

const VersionScheme version_hackage = {
    .name = "hackage",
    .summary = "packages of Haskell",
    .spec = "https://pvp.haskell.org/",
    .compare = dotted_compare,
    .valid = valid,
};
