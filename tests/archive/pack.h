/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"

/* Compresses for tests, with the libraries' own encoders. */
void pack_gzip(Buf *out, Str bytes);
void pack_deflate(Buf *out, Str bytes); /* without any wrapper */
void pack_zstd(Buf *out, Str bytes);
void pack_xz(Buf *out, Str bytes);
void pack_bzip2(Buf *out, Str bytes);
