/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/scenario.h>

#define HELP_COLUMN 24
#define MAX_NAME    24u

enum arg { ARG_NONE, ARG_VALUE, ARG_MAYBE };
enum target { TO_BOOL, TO_TEXT, TO_WORDS };

/* One option. `id` is how a command lists it; the letter a user may type is `letter`. */
struct option {
    char id, letter;
    const char *name, *arg_name, *doc;
    enum arg arg;
    enum target target;
    size_t offset;      /* in struct options */
    size_t bool_offset; /* ARG_MAYBE: set when there is no value */
    const char *values; /* allowed values, separated by blanks; NULL: any */
};

#define OFF(member) offsetof(struct options, member)
static const struct option table[] = {
    {'m', 'm', "mode", "NAME", "run only this mode (may be repeated)", ARG_VALUE, TO_WORDS, OFF(modes), 0, NULL},
    {'s', 's', "set", "PATH=VALUE", "change the scenario: 'routes[0].forward=true' (may be repeated)", ARG_VALUE,
     TO_WORDS, OFF(sets), 0, NULL},
    {'S', 0, "seed", "N", "the same as --set seed=N", ARG_VALUE, TO_TEXT, OFF(seed), 0, NULL},
    {'u', 0, "until", "TIME", "stop at this simulated time: 5ms", ARG_VALUE, TO_TEXT, OFF(until), 0, NULL},
    {'j', 0, "json", "FILE", "results as JSON into FILE; without FILE: instead of the tables", ARG_MAYBE, TO_TEXT,
     OFF(json_file), OFF(json), NULL},
    {'J', 0, "junit", "FILE", "checks as JUnit XML, one test case each", ARG_VALUE, TO_TEXT, OFF(junit), 0, NULL},
    {'M', 0, "md", "FILE", "a report in Markdown", ARG_VALUE, TO_TEXT, OFF(md), 0, NULL},
    {'C', 0, "csv", "FILE", "every metric as comma-separated values", ARG_VALUE, TO_TEXT, OFF(csv), 0, NULL},
    {'b', 0, "baseline", "FILE", "fail if a metric differs from this baseline", ARG_VALUE, TO_TEXT, OFF(baseline), 0,
     NULL},
    {'U', 0, "update", NULL, "write the baseline, and so accept what differs", ARG_NONE, TO_BOOL, OFF(update), 0, NULL},
    {'T', 0, "tolerance", "RULE", "let metrics be off: 'latency.*=2%', '*=any' (may be repeated)", ARG_VALUE, TO_WORDS,
     OFF(tolerances), 0, NULL},
    {'F', 0, "fail-on", "CONDITION", "fail if this holds: 'exits.total>1000', '>+0': grew (may be repeated)", ARG_VALUE,
     TO_WORDS, OFF(fail_on), 0, NULL},
    {'f', 0, "format", "HOW", "failed checks as text (default) or as github annotations", ARG_VALUE, TO_TEXT,
     OFF(format), 0, "text github"},
    {'o', 0, "format", "HOW", "text (default), or junit or json to standard output", ARG_VALUE, TO_TEXT, OFF(format), 0,
     "text junit json"},
    {'g', 0, "filter", "GLOB", "only vectors with a name like this: 'hw/*' (may be repeated)", ARG_VALUE, TO_WORDS,
     OFF(filters), 0, NULL},
    {'w', 0, "without", "CHOICE", "a GIC that does not make this choice, see --list (may be repeated)", ARG_VALUE,
     TO_WORDS, OFF(without), 0, NULL},
    {'l', 0, "list", NULL, "list the vectors and the choices they need; play nothing", ARG_NONE, TO_BOOL, OFF(list), 0,
     NULL},
    {'B', 0, "base", "MODE", "compare with this mode (default: the first)", ARG_VALUE, TO_TEXT, OFF(base), 0, NULL},
    {'W', 0, "with", "MODE", "compare this mode (default: all others)", ARG_VALUE, TO_TEXT, OFF(with), 0, NULL},
    {'e', 0, "engine", "ENGINE", "who runs the model: c (default) or systemc; the results are the same", ARG_VALUE,
     TO_TEXT, OFF(engine), 0, "c systemc"},
    {'t', 't', "trace", "FILE", "write a trace of every run, for trace2vcd", ARG_VALUE, TO_TEXT, OFF(trace), 0, NULL},
    {'p', 0, "profile-dir", "DIR", "look for cost profiles here first (may be repeated)", ARG_VALUE, TO_WORDS,
     OFF(profile_dirs), 0, NULL},
    {'a', 0, "allow-unpriced", NULL, "let primitives without a price cost nothing; times are incomplete then", ARG_NONE,
     TO_BOOL, OFF(allow_unpriced), 0, NULL},
    {'q', 'q', "quiet", NULL, "only what failed, and the conclusion", ARG_NONE, TO_BOOL, OFF(quiet), 0, NULL},
    {'v', 'v', "verbose", NULL, "every check and every metric too", ARG_NONE, TO_BOOL, OFF(verbose), 0, NULL},
    {'c', 0, "color", "WHEN", "auto (default), always or never", ARG_VALUE, TO_TEXT, OFF(color), 0,
     "auto always never"},
    {'n', 0, "no-progress", NULL, "no progress line on a terminal", ARG_NONE, TO_BOOL, OFF(no_progress), 0, NULL},
    {'h', 'h', "help", NULL, "this text", ARG_NONE, TO_BOOL, OFF(help), 0, NULL},
    {'V', 'V', "version", NULL, "the version", ARG_NONE, TO_BOOL, OFF(version), 0, NULL},
};
#define NOPTIONS (sizeof table / sizeof table[0])

static const char program_options[] = "hV";

static bool allowed(const struct command *cmd, const struct option *opt)
{
    return strchr(cmd ? cmd->options : program_options, opt->id) != NULL;
}

int usage_error(const struct command *cmd, const char *fmt, ...)
{
    const char *space = cmd ? " " : "", *name = cmd ? cmd->name : "";
    va_list ap;

    fprintf(stderr, "trapline%s%s: ", space, name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nTry 'trapline%s%s --help'.\n", space, name);
    return EXIT_USAGE;
}

static bool unknown_option(const struct command *cmd, const char *text)
{
    const char *names[NOPTIONS], *near;
    char word[MAX_NAME + 1];
    size_t n = 0, len = strcspn(text, "=");

    for (size_t i = 0; i < NOPTIONS; i++)
        if (allowed(cmd, &table[i]))
            names[n++] = table[i].name;
    while (*text == '-' && len) {
        text++;
        len--;
    }
    snprintf(word, sizeof word, "%.*s", (int)(len < MAX_NAME ? len : MAX_NAME), text);
    near = scenario_nearest(word, names, n);
    if (near)
        usage_error(cmd, "unknown option '--%s'; did you mean '--%s'?", word, near);
    else
        usage_error(cmd, "unknown option '--%s'", word);
    return false;
}

static bool add_word(struct words *w, const char *s)
{
    const char **more = realloc(w->v, (w->n + 1) * sizeof *more);

    if (!more) {
        fputs("trapline: not enough memory\n", stderr);
        return false;
    }
    w->v = more;
    w->v[w->n++] = s;
    return true;
}

/* Whether value is one of the words in `values`. */
static bool one_of(const char *values, const char *value)
{
    size_t len = strlen(value);

    for (const char *p = values; *p; p += strcspn(p, " "), p += *p == ' ')
        if (len == strcspn(p, " ") && !strncmp(p, value, len))
            return true;
    return false;
}

static bool store(const struct command *cmd, const struct option *opt, struct options *o, const char *value)
{
    char *at = (char *)o + opt->offset;

    if (value && !*value) { /* most likely a variable of a script that is not set */
        usage_error(cmd, "'--%s' has an empty value; it needs one: --%s %s", opt->name, opt->name, opt->arg_name);
        return false;
    }
    if (opt->values && value && !one_of(opt->values, value)) {
        usage_error(cmd, "'%s' is no value of '--%s'; one of: %s", value, opt->name, opt->values);
        return false;
    }
    switch (opt->target) {
    case TO_BOOL:
        *(bool *)at = true;
        break;
    case TO_TEXT:
        if (value && *(const char **)(void *)at) {
            usage_error(cmd, "'--%s' is given twice", opt->name);
            return false;
        }
        if (value)
            *(const char **)(void *)at = value;
        else
            *((bool *)o + opt->bool_offset) = true;
        break;
    case TO_WORDS:
        return add_word((struct words *)(void *)at, value);
    }
    return true;
}

/* "--name", "--name=value", "--name value" */
static bool parse_long(const struct command *cmd, struct options *o, int argc, char **argv, int *i)
{
    const char *text = argv[*i] + 2, *eq = strchr(text, '=');
    size_t len = eq ? (size_t)(eq - text) : strlen(text);

    for (size_t k = 0; k < NOPTIONS; k++) {
        const struct option *opt = &table[k];
        if (!allowed(cmd, opt) || strlen(opt->name) != len || strncmp(opt->name, text, len))
            continue;
        if (eq && (opt->arg == ARG_NONE || !eq[1])) {
            usage_error(cmd, opt->arg == ARG_NONE ? "'--%s' takes no value" : "'--%s=' lacks a value", opt->name);
            return false;
        }
        if (!eq && opt->arg == ARG_VALUE) {
            if (*i + 1 >= argc) {
                usage_error(cmd, "'--%s' needs a value: --%s %s", opt->name, opt->name, opt->arg_name);
                return false;
            }
            return store(cmd, opt, o, argv[++*i]);
        }
        return store(cmd, opt, o, eq ? eq + 1 : NULL);
    }
    return unknown_option(cmd, argv[*i]);
}

/* "-qv", "-m NAME", "-mNAME" */
static bool parse_short(const struct command *cmd, struct options *o, int argc, char **argv, int *i)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct option *opt = NULL;
        for (size_t k = 0; k < NOPTIONS && !opt; k++)
            if (table[k].letter == *p && allowed(cmd, &table[k]))
                opt = &table[k];
        if (!opt) {
            usage_error(cmd, "unknown option '-%c'", *p);
            return false;
        }
        if (opt->arg == ARG_NONE) {
            if (!store(cmd, opt, o, NULL))
                return false;
            continue;
        }
        if (!p[1] && *i + 1 >= argc) {
            usage_error(cmd, "'-%c' needs a value: -%c %s", *p, *p, opt->arg_name);
            return false;
        }
        return store(cmd, opt, o, p[1] ? p + 1 : argv[++*i]);
    }
    return true;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ncommands; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static bool unknown_command(const char *name)
{
    const char *names[16], *near;
    size_t n = 0;

    while (n < ncommands && n < sizeof names / sizeof names[0]) {
        names[n] = commands[n].name;
        n++;
    }
    near = scenario_nearest(name, names, n);
    if (near)
        usage_error(NULL, "unknown command '%.60s'; did you mean '%s'?", name, near);
    else if (strchr(name, '.') || strchr(name, '/'))
        usage_error(NULL, "unknown command '%.60s'; to run a scenario: trapline run %.60s", name, name);
    else
        usage_error(NULL, "unknown command '%.60s'", name);
    return false;
}

bool options_parse(int argc, char **argv, struct options *o, const struct command **cmd)
{
    bool only_args = false;

    memset(o, 0, sizeof *o);
    *cmd = NULL;
    for (int i = 1; i < argc; i++) {
        bool ok = true;
        if (!only_args && !strcmp(argv[i], "--"))
            only_args = true;
        else if (!only_args && !strncmp(argv[i], "--", 2))
            ok = parse_long(*cmd, o, argc, argv, &i);
        else if (!only_args && argv[i][0] == '-' && argv[i][1])
            ok = parse_short(*cmd, o, argc, argv, &i);
        else if (*cmd && !argv[i][0])
            ok = usage_error(*cmd, "an argument is empty") == EXIT_HOLDS;
        else if (*cmd)
            ok = add_word(&o->args, argv[i]);
        else if (!(*cmd = command_find(argv[i])))
            ok = unknown_command(argv[i]);
        if (!ok)
            return false;
    }
    if (o->help || o->version)
        return true;
    if (!*cmd) {
        usage_error(NULL, "a command is missing");
        return false;
    }
    if (o->args.n < (*cmd)->min_args) {
        usage_error(*cmd, "an argument is missing: trapline %s %s", (*cmd)->name, (*cmd)->args);
        return false;
    }
    if (o->args.n > (*cmd)->max_args) {
        usage_error(*cmd, "one argument too many: '%.60s'", o->args.v[(*cmd)->max_args]);
        return false;
    }
    return true;
}

void options_free(struct options *o)
{
    free(o->modes.v);
    free(o->sets.v);
    free(o->profile_dirs.v);
    free(o->fail_on.v);
    free(o->tolerances.v);
    free(o->filters.v);
    free(o->without.v);
    free(o->args.v);
}

static void help_options(const char *ids)
{
    puts("\noptions:");
    for (size_t i = 0; i < NOPTIONS; i++) {
        const struct option *opt = &table[i];
        char left[64];
        int n;
        if (!strchr(ids, opt->id))
            continue;
        n = opt->letter ? snprintf(left, sizeof left, "-%c, ", opt->letter) : snprintf(left, sizeof left, "    ");
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s", opt->name);
        if (opt->arg == ARG_VALUE)
            snprintf(left + n, sizeof left - (size_t)n, " %s", opt->arg_name);
        else if (opt->arg == ARG_MAYBE)
            snprintf(left + n, sizeof left - (size_t)n, "[=%s]", opt->arg_name);
        printf("  %-*s  %s\n", HELP_COLUMN, left, opt->doc);
    }
}

void options_help(const struct command *cmd)
{
    if (cmd) {
        for (size_t i = 0; i < 3 && cmd->examples[i]; i++)
            printf("  %s\n", cmd->examples[i]);
        printf("\n%s\n\nusage: trapline %s %s%s[options]\n", cmd->doc, cmd->name, cmd->args, *cmd->args ? " " : "");
        help_options(cmd->options);
        if (cmd->more)
            printf("\n%s", cmd->more);
        return;
    }
    puts("  trapline run scenarios/vfio-platform-direct-eoi.yaml\n"
         "  trapline run scenario.yaml --set 'platform.list_registers=1' --json\n"
         "  trapline check scenarios/*.yaml\n\n"
         "Simulates the path of an interrupt from a device's wire to the guest's end of interrupt, and\n"
         "counts and prices every world switch on it.\n\n"
         "usage: trapline COMMAND [arguments]\n\ncommands:");
    for (size_t i = 0; i < ncommands; i++)
        printf("  %-*s  %s\n", HELP_COLUMN, commands[i].name, commands[i].doc);
    help_options(program_options);
    puts("\n'trapline COMMAND --help' says more about one of them.");
}
