/* SPDX-License-Identifier: Apache-2.0 */
/* accept.h - the command that makes a baseline out of the present results. */
#ifndef TRAPLINE_ACCEPT_H
#define TRAPLINE_ACCEPT_H

#include "session.h"

#define ACCEPT_ALL ((size_t)-1)

/* For scenario i, or for all of them, as it may be pasted into a shell. free() it; never NULL. */
char *accept_command(const struct session *x, size_t i);

#endif
