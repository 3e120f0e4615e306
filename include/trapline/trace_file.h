/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/trace_file.h - trace records in a file: writer, reader, and output files that appear only
 * when they are complete.
 *
 * A trace file holds the table of events, names for argument values and one or more runs (modes), each
 * with its description and its records in order of time. It needs no Trapline to be understood; every
 * byte is described in docs/trace-format.md.
 *
 * Order of calls, writing: trace_writer_open -> (trace_writer_begin_run -> sim_add_sink ... ->
 * trace_writer_end_run) for each mode -> trace_writer_close. Errors are remembered: it is enough to look
 * at what trace_writer_close returns. Until then nothing exists under the file's name.
 *
 * Order of calls, reading: trace_reader_open -> (trace_reader_next_run -> trace_reader_next ...) ->
 * trace_reader_close.
 */
#ifndef TRAPLINE_TRACE_FILE_H
#define TRAPLINE_TRACE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <trapline/events.h>
#include <trapline/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the format. A reader refuses another major version and accepts every minor one. */
#define TRACE_FILE_MAJOR 1u
#define TRACE_FILE_MINOR 0u

/* Limits of the format; the writer answers -E2BIG beyond them, the reader refuses the file. */
#define TRACE_MAX_TEXT    255u  /* bytes of one name */
#define TRACE_MAX_CPUS    1024u /* pCPUs and vCPUs of a run */
#define TRACE_MAX_DEVICES 2048u /* devices of a run */
#define TRACE_MAX_EVENTS  1024u /* rows of the event table */
#define TRACE_MAX_NAMES   1024u /* names of one argument */
#define TRACE_MAX_TABLES  64u   /* arguments with names */
#define TRACE_MAX_RUNS    1024u /* runs in one file */
#define TRACE_MAX_HZ      UINT64_C(1000000000000000)

/*
 * All texts are UTF-8 without control characters; NULL counts as "". Structures given to the writer are
 * copied into the file; those from the reader belong to it.
 */

/* ---- what a run is --------------------------------------------------------------------------------- */

#define TRACE_NOT_PINNED UINT32_MAX

/* A source of interrupts. */
struct trace_device {
    const char *name;
    uint32_t phys_intid;  /* physical INTID of its line; 0: it injects and has no line */
    uint32_t guest_intid; /* INTID the guest sees; 0: no guest owns it */
    uint32_t cpu;         /* whose bank phys_intid is in, if it is below 32 */
    uint32_t vcpu;        /* first vCPU that may receive guest_intid ... */
    uint32_t nvcpus;      /* ... and how many; 0: all */
};

/* One run: a scenario in one of its modes. */
struct trace_run_info {
    const char *scenario;
    const char *mode;
    const char *unit; /* what a tick is called: "cycle" or "ns" */
    const char *note; /* free text: profiles, seed */
    uint64_t tick_hz; /* ticks per second, 1 to TRACE_MAX_HZ */
    uint32_t pcpus, vcpus;
    const uint32_t *pinned; /* of each vCPU: its pCPU or TRACE_NOT_PINNED; NULL: none is pinned */
    uint32_t devices;
    const struct trace_device *device;
};

/* Names of the values 0 to count-1 of one argument of one event; NULL entries have no name. */
struct trace_names {
    uint16_t event; /* EV_KVM_EXIT */
    uint8_t arg;    /* which argument, from 0 */
    size_t count;
    const char *const *name;
};

/* ---- writing --------------------------------------------------------------------------------------- */

struct trace_writer; /* opaque */

/* What to write besides records. 0 in a field means the default named beside it. */
struct trace_writer_options {
    const struct trapline_event_info *event; /* NULL: the table of this library, trapline_events() */
    size_t nevents;
    const struct trace_names *names; /* NULL: no argument has names */
    size_t nnames;
    unsigned levels; /* OR of sim_level values to record; 0: all */
};

/*
 * Starts a trace file; see trace_out_open for what path means. opt may be NULL. Returns 0 or a negative
 * errno: that of creating the file, -ENOMEM, -EINVAL (text with control characters), -E2BIG.
 */
TRAPLINE_API int trace_writer_open(struct trace_writer **out, const char *path, const struct trace_writer_options *opt);
/* The same into an open stream, which stays open and the caller's. */
TRAPLINE_API int trace_writer_open_stream(struct trace_writer **out, FILE *f, const struct trace_writer_options *opt);

/* Starts a run. Returns 0, -EINVAL (bad description or a run is open), -E2BIG or the remembered error. */
TRAPLINE_API int trace_writer_begin_run(struct trace_writer *w, const struct trace_run_info *run);
/*
 * The sink to add to the run's simulation. It ignores records outside a run and after an error. It
 * remembers -EINVAL for a record earlier than the one before it.
 */
TRAPLINE_API struct sim_sink trace_writer_sink(struct trace_writer *w);
/* Ends the run. Returns 0, -EINVAL (no run is open) or the remembered error. */
TRAPLINE_API int trace_writer_end_run(struct trace_writer *w);
/* The first error so far as a negative errno; 0: none. */
TRAPLINE_API int trace_writer_error(const struct trace_writer *w);
/* Records written in all runs so far. */
TRAPLINE_API uint64_t trace_writer_records(const struct trace_writer *w);

/*
 * Completes the file, gives it its name and frees w. Returns 0 or the first error of the file's life
 * (-ENOSPC: the disk is full); then the file was removed and an older one of that name is untouched.
 * An open run is an error (-EINVAL).
 */
TRAPLINE_API int trace_writer_close(struct trace_writer *w);
/* Removes what was written and frees w. NULL is allowed. */
TRAPLINE_API void trace_writer_abort(struct trace_writer *w);

/* ---- reading --------------------------------------------------------------------------------------- */

struct trace_reader; /* opaque */

/* What is wrong with a file, and where. */
struct trace_error {
    uint64_t offset; /* bytes from the start of the file */
    char text[160];  /* "the checksum of chunk 'RECS' does not match" */
};

/*
 * Opens a trace and reads its tables. *err describes the errors of this and of all later calls on the
 * reader; it belongs to the caller and must outlive the reader. Returns 0, the errno of opening the
 * file, or:
 *   -ENODATA  the file ends too early         -EBADMSG  it is damaged or no trace
 *   -ENOTSUP  a version this reader does not know
 */
TRAPLINE_API int trace_reader_open(struct trace_reader **out, const char *path, struct trace_error *err);
/* The same from a stream at the start of a trace. The stream stays the caller's; it need not be seekable. */
TRAPLINE_API int trace_reader_open_stream(struct trace_reader **out, FILE *f, struct trace_error *err);
TRAPLINE_API void trace_reader_close(struct trace_reader *r);

/*
 * Goes to the next run, over the rest of the present one. Returns 1 and its description (valid until the
 * next call), 0 at the end of the file, or a negative errno as above.
 */
TRAPLINE_API int trace_reader_next_run(struct trace_reader *r, const struct trace_run_info **run);
/* Next record of the run: 1, 0 at the end of the run, or a negative errno. Unused arguments are 0. */
TRAPLINE_API int trace_reader_next(struct trace_reader *r, struct sim_record *rec);

/* The file's own table of events. */
TRAPLINE_API const struct trapline_event_info *trace_reader_events(const struct trace_reader *r, size_t *count);
/* An event by name; NULL if the file has none. */
TRAPLINE_API const struct trapline_event_info *trace_reader_find(const struct trace_reader *r, const char *name);
/* Name of a value of an argument; NULL if the file names none. */
TRAPLINE_API const char *trace_reader_value_name(const struct trace_reader *r, uint16_t event, unsigned arg,
                                                 int64_t value);

/* ---- output files ---------------------------------------------------------------------------------- */

/*
 * An output file that appears under its name only when it is complete: written beside it under a
 * temporary name and renamed. A file that was there keeps its permissions; one that is read-only is refused
 * (-EACCES). "-" (standard output), anything below /dev/ and anything that exists and is not a regular file is
 * written directly.
 */
struct trace_out {
    FILE *f;          /* write here */
    char *tmp, *path; /* NULL: written directly */
    int own;          /* close f at the end */
};

/* Returns 0, -ENOMEM or the errno of creating the file. */
TRAPLINE_API int trace_out_open(struct trace_out *o, const char *path);
/* Flushes, closes and renames. Returns 0 or a negative errno; then the temporary file was removed. */
TRAPLINE_API int trace_out_commit(struct trace_out *o);
/* Closes and removes the temporary file. */
TRAPLINE_API void trace_out_abort(struct trace_out *o);

#ifdef __cplusplus
}
#endif
#endif
