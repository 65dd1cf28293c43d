/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/toml.h"

/* A number, date, time or word of TOML as its kind and value; false if `text` is none of them. */
bool toml_scalar(Str text, TomlValue *out);
