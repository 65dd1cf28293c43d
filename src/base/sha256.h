/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* SHA-256 (FIPS 180-4) in plain C, for what is so short that opening libcrypto would cost more. */
void sha256_short(Str bytes, uint8_t out[32]);
