/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* page.css and page.js, made into C by the build, and the content security policy that allows
 * exactly these two and nothing else. */
extern const Str page_css, page_js, page_csp;
