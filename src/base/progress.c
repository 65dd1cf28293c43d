/* SPDX-License-Identifier: Apache-2.0 */
#include "base/progress.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { INTERVAL_MS = 100, LINE_MAX_BYTES = 512 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool enabled;
static bool visible;
static int64_t last_ms;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put(const char *text, size_t len)
{
    if (write(STDERR_FILENO, text, len) < 0)
        enabled = false;
}

void progress_enable(bool wanted)
{
    const char *term = getenv("TERM");
    enabled = wanted && isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
    last_ms = 0;
}

/* Bytes of `line` that fill `columns`, and without control characters: names in it are hostile. */
static size_t line_fit(char *line, size_t columns)
{
    size_t used = 0, i = 0;
    bool utf8 = str_is_utf8(str_from(line));
    for (; line[i]; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((!utf8 && c >= 0x80) || c < 0x20 || c == 0x7f)
            line[i] = '?';
        else if (c == 0xc2 && (unsigned char)line[i + 1] < 0xa0)
            line[i] = line[i + 1] = '?'; /* a C1 control */
        if (((unsigned char)line[i] & 0xc0) != 0x80 && ++used > columns)
            break;
    }
    return i;
}

void progress_show(const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    struct winsize size = {0};
    if (!enabled)
        return;
    pthread_mutex_lock(&lock);
    int64_t now = now_ms();
    if (now - last_ms >= INTERVAL_MS) {
        va_list args;
        va_start(args, format);
        vsnprintf(line, sizeof line, format, args);
        va_end(args);
        size_t columns =
            ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79;
        size_t len = line_fit(line, columns);
        char all[LINE_MAX_BYTES + 8];
        int total = snprintf(all, sizeof all, "\r\x1b[K%.*s", (int)len, line);
        put(all, (size_t)total);
        visible = true;
        last_ms = now;
    }
    pthread_mutex_unlock(&lock);
}

void progress_clear(void)
{
    if (!enabled)
        return;
    pthread_mutex_lock(&lock);
    if (visible)
        put("\r\x1b[K", 4);
    visible = false;
    pthread_mutex_unlock(&lock);
}
