/* SPDX-License-Identifier: Apache-2.0 */
/* input.c - a trace that can be read several times at once. See input.h. */
#define _POSIX_C_SOURCE 200809L

#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_ROOM (1u << 16)

static int read_all(struct input *in, FILE *f)
{
    size_t room = 0;

    for (;;) {
        size_t got;

        if (in->size == room) {
            char *bigger;

            room = room ? room * 2 : FIRST_ROOM;
            bigger = realloc(in->data, room);
            if (!bigger)
                return -ENOMEM;
            in->data = bigger;
            in->data[in->size] = '\0';
        }
        errno = 0;
        got = fread(in->data + in->size, 1, room - in->size, f);
        in->size += got;
        if (got == 0)
            return ferror(f) ? -(errno > 0 ? errno : EIO) : 0;
    }
}

int input_init(struct input *in, const char *path)
{
    const int is_stdin = strcmp(path, "-") == 0;
    struct stat st;
    FILE *f;
    int ret;

    *in = (struct input){.path = is_stdin ? "(standard input)" : path};
    if (!is_stdin && stat(path, &st))
        return -errno;
    if (!is_stdin && S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!is_stdin && S_ISREG(st.st_mode))
        return 0;
    f = is_stdin ? stdin : fopen(path, "rb");
    if (!f)
        return -errno;
    ret = read_all(in, f);
    if (!is_stdin)
        (void)fclose(f);
    return ret;
}

void input_fini(struct input *in)
{
    free(in->data);
    in->data = NULL;
}

FILE *input_open(const struct input *in)
{
    if (!in->data)
        return fopen(in->path, "rb");
    /* A memory stream of no bytes is an error in some C libraries; one byte is no trace either. */
    return fmemopen(in->data, in->size ? in->size : 1, "rb");
}
