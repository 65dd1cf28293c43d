/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* Processors that this process may run on (sched_getaffinity); 1 where that cannot be told. */
size_t processor_count(void);
