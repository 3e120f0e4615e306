/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - trace2vcd: turns a Trapline trace into a VCD file and a GTKWave save file beside it. */
#include "convert.h"

#include <stdlib.h>
#include <string.h>
#include <trapline/version.h>

static const char help_text[] =
    "trace2vcd - turns a Trapline trace into a VCD file, with a GTKWave save file beside it\n"
    "\n"
    "  trace2vcd run.trace                      writes run.vcd and run.gtkw\n"
    "  trace2vcd run.trace -o deoi.vcd --mode forwarded\n"
    "  zstd -dc run.trace.zst | trace2vcd - -o run.vcd\n"
    "\n"
    "Then look at it:  gtkwave run.vcd run.gtkw\n"
    "\n"
    "usage: trace2vcd FILE [options]\n"
    "\n"
    "  -o, --output OUT   the VCD file; '-' is standard output, without a save file\n"
    "                     default: FILE with .vcd in place of its suffix\n"
    "  -m, --mode NAME    only the runs of this mode; default: all, side by side\n"
    "  -s, --spread WHEN  places records of equal time one time unit apart, so that states that last no\n"
    "                     time are seen. auto: in runs where they would hide more than a tenth of all\n"
    "                     changes (default); on; off\n"
    "      --setup        shows the set-up of each run too: time 0 is its start. default: time 0 is the end\n"
    "                     of the set-up, where the runs are comparable\n"
    "  -q, --quiet        no notes\n"
    "  -h, --help         this text\n"
    "  -V, --version      the version\n"
    "\n"
    "exit codes: 0 done, 2 bad usage or bad trace, 4 the output could not be written\n";

struct options {
    const char *file, *output, *mode, *spread;
    bool setup, quiet, help, version;
};

/* Where an option's value goes; without `value` it is a switch. */
struct option_def {
    const char *name;
    char letter; /* '\0': none */
    const char **value;
    bool *on;
};

static int usage(const char *what, const char *arg)
{
    (void)fprintf(stderr, "trace2vcd: %s%s%s%s\nTry 'trace2vcd --help'.\n", what, arg ? " '" : "", arg ? arg : "",
                  arg ? "'" : "");
    return EXIT_INPUT;
}

/* ---- the command line ---- */

/* The option that arg is; *value is set for "--name=value" and "-ovalue". */
static const struct option_def *find_option(const struct option_def *defs, size_t n, const char *arg,
                                            const char **value)
{
    const char *eq = strchr(arg, '=');
    const size_t len = eq ? (size_t)(eq - arg) : strlen(arg);

    *value = NULL;
    for (size_t i = 0; i < n; i++) {
        if (arg[1] == '-' && strlen(defs[i].name) == len && strncmp(arg, defs[i].name, len) == 0) {
            *value = eq ? eq + 1 : NULL;
            return &defs[i];
        }
        if (defs[i].letter && arg[1] == defs[i].letter) {
            *value = arg[2] ? arg + 2 : NULL;
            return &defs[i];
        }
    }
    return NULL;
}

/* Takes argv[*i], and the word after it if that is its value. Returns an exit code. */
static int take_option(const struct option_def *defs, size_t n, char **argv, int *i)
{
    const char *value;
    const struct option_def *d = find_option(defs, n, argv[*i], &value);

    if (!d)
        return usage("unknown option", argv[*i]);
    if (d->on) {
        if (value)
            return usage("this option takes no value:", argv[*i]);
        *d->on = true;
        return EXIT_OK;
    }
    if (!value && argv[*i + 1])
        value = argv[++*i];
    if (!value)
        return usage("this option needs a value:", argv[*i]);
    *d->value = value;
    return EXIT_OK;
}

static int parse(struct options *o, char **argv)
{
    const struct option_def defs[] = {
        {"--output", 'o', &o->output, NULL},   {"--mode", 'm', &o->mode, NULL},   {"--spread", 's', &o->spread, NULL},
        {"--setup", '\0', NULL, &o->setup},    {"--quiet", 'q', NULL, &o->quiet}, {"--help", 'h', NULL, &o->help},
        {"--version", 'V', NULL, &o->version},
    };
    bool words_only = false;

    for (int i = 1; argv[i]; i++) {
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
        } else if (!words_only && argv[i][0] == '-' && argv[i][1]) {
            const int ret = take_option(defs, sizeof defs / sizeof defs[0], argv, &i);

            if (ret)
                return ret;
        } else if (o->file) {
            return usage("there is more than one FILE:", argv[i]);
        } else {
            o->file = argv[i];
        }
    }
    if (!o->file && !o->help && !o->version)
        return usage("which FILE?", NULL);
    return EXIT_OK;
}

static int parse_spread(const char *text, enum spread *out)
{
    static const char *const names[] = {[SPREAD_AUTO] = "auto", [SPREAD_ON] = "on", [SPREAD_OFF] = "off"};

    for (unsigned i = 0; text && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum spread)i;
            return EXIT_OK;
        }
    }
    return text ? usage("--spread is auto, on or off, not", text) : EXIT_OK;
}

/* ---- output ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* path with `suffix` in place of its own; NULL without memory. */
static char *with_suffix(const char *path, const char *suffix)
{
    const char *base = base_name(path);
    const char *dot = strrchr(base, '.');
    const size_t keep = dot && dot != base ? (size_t)(dot - path) : strlen(path);
    const size_t room = keep + strlen(suffix) + 1;
    char *s = malloc(room);

    if (s)
        (void)snprintf(s, room, "%.*s%s", (int)keep, path, suffix);
    return s;
}

static int cannot_write(const char *path, int err)
{
    (void)fprintf(stderr, "%s: cannot write: %s\n", path, strerror(-err));
    return EXIT_OUTPUT;
}

static int write_vcd(struct conversion *c, const char *path)
{
    struct trace_out out;
    int code;
    int ret = trace_out_open(&out, path);

    if (ret)
        return cannot_write(path, ret);
    code = conv_write_vcd(c, out.f);
    if (code) {
        trace_out_abort(&out);
        return code;
    }
    ret = trace_out_commit(&out);
    return ret ? cannot_write(path, ret) : EXIT_OK;
}

static int write_gtkw(const struct conversion *c, const char *path, const char *vcd_path)
{
    struct trace_out out;
    int ret = trace_out_open(&out, path);

    if (!ret) {
        conv_write_gtkw(c, out.f, base_name(vcd_path));
        ret = trace_out_commit(&out);
    }
    return ret ? cannot_write(path, ret) : EXIT_OK;
}

/* gtkw: name of the save file; NULL: none. */
static int convert(struct conversion *c, const struct input *in, const char *output, const char *gtkw)
{
    int code = conv_open(c, in);

    if (!code)
        code = write_vcd(c, output);
    if (!code && gtkw && strncmp(gtkw, "/dev/", 5) != 0)
        code = write_gtkw(c, gtkw, output);
    conv_close(c);
    return code;
}

static int run(const struct options *o)
{
    const bool from_stdin = strcmp(o->file, "-") == 0;
    char *by_default = from_stdin ? with_suffix("-", "") : with_suffix(o->file, ".vcd");
    struct conversion *c = calloc(1, sizeof *c);
    char *gtkw = NULL;
    const char *output = o->output ? o->output : by_default;
    struct input in = {0};
    int code = EXIT_INPUT;
    int ret;

    bool to_stdout = output && strcmp(output, "-") == 0;
    if (output && !to_stdout)
        gtkw = with_suffix(output, ".gtkw");
    if (!c || !output || (!to_stdout && !gtkw)) {
        (void)fprintf(stderr, "out of memory\n");
        code = EXIT_OUTPUT;
    } else if (parse_spread(o->spread, &c->spread)) {
        code = EXIT_INPUT;
    } else if (!from_stdin && strcmp(output, o->file) == 0) {
        code = usage("the output would replace the trace; name another with -o:", output);
    } else if (gtkw && strcmp(output, gtkw) == 0) {
        code = usage("the save file would replace the output; name another with -o:", output);
    } else if ((ret = input_init(&in, o->file)) != 0) {
        (void)fprintf(stderr, "%s: %s\n", o->file, strerror(-ret));
    } else {
        c->mode = o->mode;
        c->setup = o->setup;
        c->quiet = o->quiet;
        code = convert(c, &in, output, gtkw);
    }
    input_fini(&in);
    free(by_default);
    free(gtkw);
    free(c);
    return code;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    int code = argc > 0 ? parse(&o, argv) : usage("which FILE?", NULL);

    if (code)
        return code;
    if (o.help || o.version) {
        (void)fputs(o.help ? help_text : "trace2vcd " TRAPLINE_VERSION "\n", stdout);
        return fflush(stdout) ? EXIT_OUTPUT : EXIT_OK;
    }
    return run(&o);
}
