/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/cataloger.h"

/* What the catalogers of language packages share. */

Str path_base(Str path);
Str path_dir(Str path); /* empty for what lies at the root */
/* Without a byte order mark; false, with a line in `incomplete`, for a file that is longer than
 * limits->document_bytes. */
bool language_text(const CatalogFile *file, CatalogSink *sink, Str *out);

/* A package of these words, copied into the sink; NULL, with a line that says so, where name or
 * version cannot be what they claim to be (empty, longer than any registry allows, control
 * characters or spaces, no UTF-8) or limits->packages is reached. */
Package *language_package(CatalogSink *sink, PackageType type, const CatalogFile *file, Str name,
                          Str version);
/* Unless it is empty, "UNKNOWN", a whole licence text or there already. */
void language_licence(CatalogSink *sink, Package *package, Str licence);
