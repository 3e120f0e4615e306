/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/scenario.h - scenario and profile files in, results and expectations out.
 *
 * A scenario file describes one machine, its traffic, one or more modes (variants of it that are laid
 * side by side) and what is expected of them; docs/scenario-format.md lists every key. A profile file
 * prices what software does; docs/cost-profiles.md.
 *
 * Order of calls: scenario_diags_new -> scenario_load -> scenario_run for each mode ->
 * scenario_evaluate -> scenario_outcomes / scenario_json -> scenario_free -> scenario_diags_free.
 * Everything a scenario returns belongs to it.
 */
#ifndef TRAPLINE_SCENARIO_H
#define TRAPLINE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <trapline/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors in files --------------------------------------------------------------------------- */

struct scenario_diags; /* opaque: a list of errors */

/* One error. line and col count from 1; 0: it concerns the whole file. help may be NULL. */
struct scenario_diag {
    const char *file;
    unsigned line, col;
    const char *message, *help;
};

/* 0 or -ENOMEM. */
TRAPLINE_API int scenario_diags_new(struct scenario_diags **out);
TRAPLINE_API void scenario_diags_free(struct scenario_diags *d);
/* All errors found so far; the first 100 of them can be read. */
TRAPLINE_API size_t scenario_diags_count(const struct scenario_diags *d);
TRAPLINE_API const struct scenario_diag *scenario_diags_get(const struct scenario_diags *d, size_t i);
/* Prints file:line:col, message, source line, caret and help of each, and the count. */
TRAPLINE_API void scenario_diags_print(const struct scenario_diags *d, FILE *f, bool color);

/* The name that a misspelt word most likely means, for "did you mean"; NULL if none is near. */
TRAPLINE_API const char *scenario_nearest(const char *word, const char *const *names, size_t n);

/* Bytes of the UTF-8 character at s, 1 to 4; 0 if those bytes are none. s ends with a 0 byte, which counts as one. */
TRAPLINE_API size_t scenario_utf8_length(const char *s);

/* ---- cost profiles ----------------------------------------------------------------------------- */

/*
 * Finds NAME.yaml in the directories, first match, and loads it. *doc (may be NULL) receives the
 * profile's sentence, which belongs to d. 0 or -EINVAL (see d).
 */
TRAPLINE_API int scenario_profile_load(const char *name, const char *const *dirs, size_t ndirs,
                                       struct scenario_diags *d, struct sim_cost_profile *out, const char **doc);

/* ---- scenarios --------------------------------------------------------------------------------- */

struct scenario; /* opaque */

struct scenario_options {
    size_t struct_size;              /* sizeof(struct scenario_options) */
    const char *const *profile_dirs; /* searched after the scenario's own directory */
    size_t nprofile_dirs;
    const char *const *sets; /* "path=value", applied to every mode after the mode itself */
    size_t nsets;
    bool allow_unpriced; /* primitives without a price cost nothing and are reported */
};

/*
 * Reads and checks a file ("-": standard input). 0, or -EINVAL with at least one error in d. opt may be
 * NULL. d must outlive the scenario.
 */
TRAPLINE_API int scenario_load(const char *path, const struct scenario_options *opt, struct scenario_diags *d,
                               struct scenario **out);
/* The same from text in memory; `name` stands for the file in messages. */
TRAPLINE_API int scenario_load_text(const char *name, const char *text, size_t len, const struct scenario_options *opt,
                                    struct scenario_diags *d, struct scenario **out);
TRAPLINE_API void scenario_free(struct scenario *s);

/* Path as given to scenario_load, name and sentence of a scenario. */
TRAPLINE_API const char *scenario_file(const struct scenario *s);
TRAPLINE_API const char *scenario_name(const struct scenario *s);
TRAPLINE_API const char *scenario_doc(const struct scenario *s);
/* SHA-256 of the file, 64 hexadecimal digits. */
TRAPLINE_API const char *scenario_sha256(const struct scenario *s);
/* Modes in the order of the file; one called "run" if the file has none. */
TRAPLINE_API size_t scenario_modes(const struct scenario *s);
TRAPLINE_API const char *scenario_mode_name(const struct scenario *s, size_t mode);
/* Index of a mode, or -1. */
TRAPLINE_API int scenario_mode_find(const struct scenario *s, const char *name);
TRAPLINE_API const struct machine_config *scenario_mode_config(const struct scenario *s, size_t mode);
/* Interrupts that the traffic of a mode raises. */
TRAPLINE_API uint64_t scenario_mode_interrupts(const struct scenario *s, size_t mode);

/* ---- running ----------------------------------------------------------------------------------- */

/* Called around a run; members may be NULL. */
struct scenario_hooks {
    void *ctx;
    /* The machine is built and not yet run: the place for machine_add_sink. A non-zero result ends the run. */
    int (*prepare)(void *ctx, const struct scenario *s, size_t mode, struct machine *m);
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    /* Instead of machine_run, and with its meaning: for another engine. */
    int (*run)(void *ctx, struct machine *m);
};

/*
 * Runs one mode. Returns what machine_new, prepare or machine_run returned; scenario_error has the
 * sentence. May be called again for the same mode, which replaces its results.
 */
TRAPLINE_API int scenario_run(struct scenario *s, size_t mode, const struct scenario_hooks *h);
TRAPLINE_API const char *scenario_error(const struct scenario *s, size_t mode);
/* What scenario_run returned; 1: the mode was not run. */
TRAPLINE_API int scenario_status(const struct scenario *s, size_t mode);
/* The machine of a mode with its results; NULL if the mode was not run. */
TRAPLINE_API struct machine *scenario_machine(const struct scenario *s, size_t mode);

/* ---- expectations ------------------------------------------------------------------------------ */

enum scenario_verdict {
    SCENARIO_OK,
    SCENARIO_FAILED,
    SCENARIO_SKIPPED, /* it needs a mode that was not run */
};

struct scenario_outcome {
    const char *scope;  /* "all", a mode's name, "compare", "accesses" or "fail-on" (scenario_results.h) */
    int mode;           /* which mode it was evaluated for; -1: several */
    const char *text;   /* as written */
    unsigned line, col; /* 0: it does not stand in the file */
    enum scenario_verdict verdict;
    const char *got; /* what was found instead or as well: "1003", "1000 < 2000" */
};

/* Evaluates every expectation against the modes that were run. Returns the number that failed. */
TRAPLINE_API size_t scenario_evaluate(struct scenario *s);
TRAPLINE_API const struct scenario_outcome *scenario_outcomes(const struct scenario *s, size_t *count);

/* One register access as expectations write it: "GICH W LR0 0x1a000022". */
TRAPLINE_API void scenario_access_text(const struct machine_access *a, char *buf, size_t n);

/* ---- reports ----------------------------------------------------------------------------------- */

/*
 * Results of some scenarios as one JSON document: keys sorted, numbers exact, the same bytes for the
 * same results. free() it; NULL if memory ran out. tool_version is put in as it is.
 */
TRAPLINE_API char *scenario_json(struct scenario *const *s, size_t n, const char *tool_version);

#ifdef __cplusplus
}
#endif
#endif
