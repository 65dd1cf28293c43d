/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/compiler.h"
#include "base/str.h"

/* One line on standard error that says what is going on, rewritten at most ten times a second and
 * gone at the end. It is shown to a terminal only (and not to TERM=dumb, nor when switched off).
 * One for the process; calls from any thread. */
void progress_enable(bool wanted); /* asks the terminal; before that nothing is shown */
void progress_show(const char *format, ...) PRINTF_LIKE(1, 2);
void progress_clear(void); /* before anything else is written to the terminal, and at the end */
