/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - the command line: one table of options and one of commands, from which parsing, help and
 * "did you mean" are made.
 */
#ifndef TRAPLINE_OPTIONS_H
#define TRAPLINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes; docs/command-line.md. */
enum {
    EXIT_HOLDS = 0,
    EXIT_FAILS = 1,
    EXIT_USAGE = 2,
    EXIT_MODEL = 3,
    EXIT_OUTPUT = 4,
    EXIT_INTERRUPTED = 130,
};

struct words {
    const char **v;
    size_t n;
};

/* What the user asked for. */
struct options {
    bool help, version, quiet, verbose, no_progress, allow_unpriced;
    bool json;             /* --json without a file: instead of the tables */
    const char *json_file; /* --json=FILE */
    const char *trace, *color, *seed, *until, *engine;
    const char *junit, *md, *csv, *format; /* other forms of the results */
    const char *baseline, *base, *with;
    bool update, list;
    struct words modes, sets, profile_dirs, fail_on, tolerances, filters, without;
    struct words args; /* files, names */
};

struct command {
    const char *name;
    const char *args; /* "FILE..." */
    const char *doc;  /* one sentence */
    const char *examples[3];
    const char *options; /* letters of the option table, see options.c */
    const char *more;    /* further help, may be NULL */
    size_t min_args, max_args;
    int (*run)(const struct options *o);
};

extern const struct command commands[];
extern const size_t ncommands;
/* By name; NULL if there is none. */
const struct command *command_find(const char *name);

/* Parses argv[1..]; *cmd is NULL for the program itself. false: a message was printed; exit with EXIT_USAGE. */
bool options_parse(int argc, char **argv, struct options *o, const struct command **cmd);
void options_free(struct options *o);
/* Prints the help of a command, or of the program (NULL). */
void options_help(const struct command *cmd);

/* "trapline: message", and where help is. Returns EXIT_USAGE. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int usage_error(const struct command *cmd, const char *fmt, ...);

#endif
