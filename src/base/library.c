/* SPDX-License-Identifier: Apache-2.0 */
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static bool cannot_load(const Library *library, const char *why, Error *err)
{
    if (!why || strstr(why, strerror(ENOENT)))
        return error_set(err, ERR_UNSUPPORTED, "%s is not installed (Debian package %s)",
                         library->soname, library->package);
    return error_set(err, ERR_UNSUPPORTED, "cannot load %s", why); /* it names the file */
}

static bool open_now(Library *library, Error *err)
{
    void *handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return cannot_load(library, dlerror(), err);
    for (size_t i = 0; i < library->count; i++) {
        void *address = dlsym(handle, library->symbols[i].name);
        if (!address)
            return error_set(err, ERR_UNSUPPORTED, "%s has no %s: another version is needed",
                             library->soname, library->symbols[i].name);
        memcpy(library->symbols[i].into, &address, sizeof address);
    }
    atomic_store_explicit(&library->ready, true, memory_order_release);
    return true;
}

bool library_open(Library *library, Error *err)
{
    if (atomic_load_explicit(&library->ready, memory_order_acquire))
        return true;
    pthread_mutex_lock(&opening);
    bool ok = library->ready || open_now(library, err);
    pthread_mutex_unlock(&opening);
    return ok;
}
