/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/dotted.h"
#include "versions/schemes.h"

static bool valid(Str v)
{
    return dotted_valid(v, STR(".-"), 2);
}

const VersionScheme version_cran = {
    .name = "cran",
    .summary = "packages of R",
    .spec = "https://cran.r-project.org/doc/manuals/R-exts.html#The-DESCRIPTION-file",
    .compare = dotted_compare,
    .valid = valid,
};
