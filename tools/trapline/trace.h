/* SPDX-License-Identifier: Apache-2.0 */
/* trace.h - describes a run of a scenario to the trace writer. */
#ifndef TRAPLINE_TRACE_H
#define TRAPLINE_TRACE_H

#include <trapline/scenario.h>
#include <trapline/trace_file.h>

/* Opens a trace file with the names of argument values. 0 or a negative errno. */
int trace_start(struct trace_writer **w, const char *path);
/* Begins a run and adds the writer to its machine. 0 or a negative errno. */
int trace_run(struct trace_writer *w, const struct scenario *s, size_t mode, struct machine *m);

#endif
