/* SPDX-License-Identifier: Apache-2.0 */
/* Names and sentences of the errno-style codes that Trapline's functions return. One table. */
#include <errno.h>
#include <stddef.h>
#include <trapline/sim.h>

#define ERRORS(X)                                                                                                      \
    X(E2BIG, "larger than the limit")                                                                                  \
    X(EACCES, "permission denied")                                                                                     \
    X(EAGAIN, "not now; try again later")                                                                              \
    X(EBADF, "not an open descriptor")                                                                                 \
    X(EBADMSG, "damaged, or no such data at all")                                                                      \
    X(EBUSY, "in use, or already there")                                                                               \
    X(EDEADLK, "the call would wait for itself")                                                                       \
    X(EEXIST, "already exists")                                                                                        \
    X(EFAULT, "the model broke one of its own invariants")                                                             \
    X(EFBIG, "a file larger than the limit")                                                                           \
    X(EINVAL, "an argument is not acceptable")                                                                         \
    X(EIO, "input or output failed")                                                                                   \
    X(ELOOP, "no progress: the same work comes up for ever")                                                           \
    X(ENODATA, "the data ends too early")                                                                              \
    X(ENODEV, "no such device")                                                                                        \
    X(ENOENT, "no such file or object")                                                                                \
    X(ENOMEM, "out of memory")                                                                                         \
    X(ENOSPC, "no space left")                                                                                         \
    X(ENOSYS, "not provided by this hardware or kernel")                                                               \
    X(ENOTSUP, "not supported in this combination")                                                                    \
    X(ENOTTY, "the operation does not fit the object")                                                                 \
    X(ENXIO, "no such address or register")                                                                            \
    X(EPIPE, "nobody at the other end")                                                                                \
    X(EPROTO, "another version of the format")                                                                         \
    X(EXDEV, "made with another configuration")

static const struct {
    int err;
    const char *name, *text;
} error_table[] = {
#define X(err, text) {err, #err, text},
    ERRORS(X)
#undef X
};

const char *trapline_errname(int err)
{
    for (size_t i = 0; i < sizeof error_table / sizeof error_table[0]; i++)
        if (-error_table[i].err == err)
            return error_table[i].name;
    return err ? "E?" : "OK";
}

const char *trapline_strerror(int err)
{
    for (size_t i = 0; i < sizeof error_table / sizeof error_table[0]; i++)
        if (-error_table[i].err == err)
            return error_table[i].text;
    return err ? "unknown error" : "success";
}
