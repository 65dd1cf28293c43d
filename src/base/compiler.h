/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Attributes that the compilers share. */
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
