/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_out.c - output files that appear under their name only when they are complete.
 *
 * The temporary file lies in the directory of the final one, because rename() cannot leave a file system.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trapline/trace_file.h>
#include <unistd.h>

#define TMP_TRIES 100u

static int neg_errno(void)
{
    return errno > 0 ? -errno : -EIO;
}

static int is_direct(const char *path)
{
    struct stat st;

    if (strncmp(path, "/dev/", 5) == 0)
        return 1;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* Creates PATH.PID.N.tmp. "x" (C11) makes creation exclusive: two writers never share a file. */
static int open_tmp(struct trace_out *o)
{
    const size_t room = strlen(o->path) + 48;

    o->tmp = malloc(room);
    if (!o->tmp)
        return -ENOMEM;
    for (unsigned n = 0; n < TMP_TRIES && !o->f; n++) {
        (void)snprintf(o->tmp, room, "%s.%ld.%u.tmp", o->path, (long)getpid(), n);
        o->f = fopen(o->tmp, "wbx");
        if (!o->f && errno != EEXIST)
            break;
    }
    return o->f ? 0 : neg_errno();
}

/*
 * Renaming asks the directory for permission, not the file: a file that its owner has made read-only would be
 * replaced all the same, and get the owner and the permissions of a new one.
 */
static int replace(struct trace_out *o, const struct stat *old)
{
    int ret;

    if (!(old->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)))
        return -EACCES;
    if (access(o->path, W_OK))
        return neg_errno();
    ret = open_tmp(o);
    /* Who may not give files away goes on as the owner of the new one. */
    if (!ret && fchown(fileno(o->f), old->st_uid, old->st_gid))
        errno = 0;
    if (!ret && fchmod(fileno(o->f), old->st_mode & (S_IRWXU | S_IRWXG | S_IRWXO))) {
        ret = neg_errno();
        (void)fclose(o->f);
        (void)remove(o->tmp);
    }
    return ret;
}

static void free_names(struct trace_out *o)
{
    free(o->tmp);
    free(o->path);
    *o = (struct trace_out){0};
}

int trace_out_open(struct trace_out *o, const char *path)
{
    struct stat st;
    int ret = 0;

    *o = (struct trace_out){0};
    if (strcmp(path, "-") == 0) {
        o->f = stdout;
        return 0;
    }
    o->own = 1;
    if (is_direct(path)) {
        o->f = fopen(path, "wb");
        ret = o->f ? 0 : neg_errno();
    } else {
        /* Through a symbolic link the file it points to is replaced, not the link. */
        o->path = realpath(path, NULL);
        if (!o->path)
            o->path = strdup(path);
        ret = !o->path ? -ENOMEM : stat(o->path, &st) ? open_tmp(o) : replace(o, &st);
    }
    if (ret)
        free_names(o);
    return ret;
}

int trace_out_commit(struct trace_out *o)
{
    /* ferror: an earlier write failed and its errno is gone; a full disk is by far the likeliest reason. */
    int ret = ferror(o->f) ? -ENOSPC : 0;

    if (fflush(o->f) && !ret)
        ret = neg_errno();
    if (o->own && fclose(o->f) && !ret)
        ret = neg_errno();
    if (!ret && o->tmp && rename(o->tmp, o->path))
        ret = neg_errno();
    if (ret && o->tmp)
        (void)remove(o->tmp);
    free_names(o);
    return ret;
}

void trace_out_abort(struct trace_out *o)
{
    if (o->f && o->own)
        (void)fclose(o->f);
    if (o->tmp)
        (void)remove(o->tmp);
    free_names(o);
}
