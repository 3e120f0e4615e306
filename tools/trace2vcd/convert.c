/* SPDX-License-Identifier: Apache-2.0 */
/* convert.c - the runs of one trace, side by side in one VCD. See convert.h. */
#include "convert.h"

#include "vcd.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Instants are spread by default when more than this part of the changes would not be seen. */
#define HIDDEN_PART 10u

static const struct time_scale ns_scale = {"1ns", UINT64_C(1000000000)};
static const struct time_scale ps_scale = {"1ps", UINT64_C(1000000000000)};

static int bad_input(const struct input *in, const struct trace_error *err)
{
    (void)fprintf(stderr, "%s: offset %" PRIu64 ": %s\n", in->path, err->offset, err->text);
    return EXIT_INPUT;
}

/* ---- names of scopes ---- */

static void make_identifier(char *s)
{
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_')
            *s = '_';
}

struct scope_name conv_numbered_scope(const char *what, uint32_t n)
{
    struct scope_name name;

    (void)snprintf(name.s, sizeof name.s, "%s%" PRIu32, what, n);
    return name;
}

/* The device's name; with its number if another device or a CPU has the same. */
struct scope_name conv_dev_scope(const struct view *v, uint32_t dev)
{
    const char *text = v->info->device[dev].name;
    struct scope_name name, other;
    bool taken;

    (void)snprintf(name.s, sizeof name.s, "%s", *text ? text : "device");
    make_identifier(name.s);
    taken = strncmp(name.s, "cpu", 3) == 0 || strncmp(name.s, "vcpu", 4) == 0;
    for (uint32_t d = 0; d < dev && !taken; d++) {
        (void)snprintf(other.s, sizeof other.s, "%s", v->info->device[d].name);
        make_identifier(other.s);
        taken = strcmp(name.s, other.s) == 0;
    }
    if (taken) {
        const size_t n = strlen(name.s);

        (void)snprintf(name.s + n, sizeof name.s - n, "_%" PRIu32, dev);
    }
    return name;
}

/* The scope of a run is its mode; with the scenario's name before it if the trace holds several. */
static void label_views(struct conversion *c)
{
    bool several = false;

    for (unsigned i = 1; i < c->nviews; i++)
        several = several || strcmp(c->view[i].info->scenario, c->view[0].info->scenario) != 0;
    for (unsigned i = 0; i < c->nviews; i++) {
        struct view *v = &c->view[i];

        (void)snprintf(v->label, sizeof v->label, "%s%s%s", several ? v->info->scenario : "", several ? "_" : "",
                       *v->info->mode ? v->info->mode : "run");
        make_identifier(v->label);
        for (unsigned k = 0; k < i; k++) {
            const size_t n = strlen(v->label);

            if (strcmp(c->view[k].label, v->label) == 0)
                (void)snprintf(v->label + n, sizeof v->label - n, "_%u", i);
        }
    }
}

/* ---- opening ---- */

static bool wanted(const struct conversion *c, const struct trace_run_info *info)
{
    return !c->mode || strcmp(info->mode, c->mode) == 0;
}

static void list_modes(const struct input *in, struct trace_reader *r)
{
    const struct trace_run_info *info;
    const char *sep = "";

    while (trace_reader_next_run(r, &info) == 1) {
        (void)fprintf(stderr, "%s%s", sep, info->mode);
        sep = ", ";
    }
    (void)fprintf(stderr, "%s\n", *sep ? "" : "nothing");
    (void)in;
}

static int no_such_run(const struct conversion *c, const struct input *in)
{
    FILE *f = input_open(in);
    struct trace_reader *r = NULL;
    struct trace_error err;

    if (!c->mode) {
        (void)fprintf(stderr, "%s: there are no runs in this trace\n", in->path);
    } else {
        (void)fprintf(stderr, "%s: there is no mode '%s' in this trace; it has: ", in->path, c->mode);
        if (f && trace_reader_open_stream(&r, f, &err) == 0)
            list_modes(in, r);
    }
    trace_reader_close(r);
    if (f)
        (void)fclose(f);
    return EXIT_INPUT;
}

/* Reads the whole trace: which runs to take, and the unit of time that is exact for all of them. */
static int find_runs(struct conversion *c, struct trace_reader *r, struct trace_error *err, unsigned *run)
{
    const struct trace_run_info *info;
    unsigned n = 0;
    int ret;

    c->scale = ns_scale;
    while ((ret = trace_reader_next_run(r, &info)) == 1) {
        if (wanted(c, info)) {
            if (c->nviews == CONV_MAX_RUNS) {
                (void)snprintf(err->text, sizeof err->text, "more than %u runs; choose one with --mode", CONV_MAX_RUNS);
                return -E2BIG;
            }
            if (ns_scale.units_per_s % info->tick_hz != 0)
                c->scale = ps_scale;
            run[c->nviews++] = n;
        }
        n++;
    }
    return ret;
}

static void decide_spread(const struct conversion *c, struct view *v)
{
    const uint64_t hidden = v->changes - v->visible;

    v->spread = c->spread == SPREAD_ON || (c->spread == SPREAD_AUTO && hidden > v->changes / HIDDEN_PART);
    if (c->quiet || c->spread == SPREAD_ON || hidden == 0)
        return;
    if (v->spread)
        (void)fprintf(stderr,
                      "note: %s: %" PRIu64 " of %" PRIu64 " changes happen and are gone in no time; records of equal "
                      "time are placed %s apart (--spread off to leave them)\n",
                      v->label, hidden, v->changes, c->scale.name);
    else
        (void)fprintf(stderr,
                      "note: %s: %" PRIu64 " of %" PRIu64 " changes happen and are gone in no time and are not seen "
                      "(--spread on shows them)\n",
                      v->label, hidden, v->changes);
}

/* The first pass over one run. */
static int scan(struct conversion *c, struct view *v)
{
    int ret;

    do
        ret = view_next(v);
    while (ret == 1);
    if (ret == 0) {
        decide_spread(c, v);
        ret = view_rewind(v, v->spread);
    }
    return ret;
}

int conv_open(struct conversion *c, const struct input *in)
{
    unsigned run[CONV_MAX_RUNS] = {0};
    struct trace_reader *r = NULL;
    struct trace_error err = {0};
    FILE *f = input_open(in);
    int ret;

    if (!f) {
        (void)fprintf(stderr, "%s: %s\n", in->path, strerror(errno));
        return EXIT_INPUT;
    }
    ret = trace_reader_open_stream(&r, f, &err);
    if (!ret)
        ret = find_runs(c, r, &err, run);
    trace_reader_close(r);
    (void)fclose(f);
    if (ret) {
        c->nviews = 0;
        return bad_input(in, &err);
    }
    if (c->nviews == 0)
        return no_such_run(c, in);
    for (unsigned i = 0; i < c->nviews; i++) {
        ret = view_open(&c->view[i], in, run[i], &c->scale, c->setup);
        if (ret)
            return bad_input(in, &c->view[i].err);
    }
    label_views(c);
    for (unsigned i = 0; i < c->nviews; i++) {
        ret = scan(c, &c->view[i]);
        if (ret)
            return bad_input(in, &c->view[i].err);
    }
    return EXIT_OK;
}

void conv_close(struct conversion *c)
{
    for (unsigned i = 0; i < c->nviews; i++)
        view_close(&c->view[i]);
}

/* ---- writing ---- */

static void declare_scope(struct vcd *vcd, struct scope_name name, struct signal *s, unsigned n)
{
    static const struct {
        enum vcd_type type;
        unsigned bits;
    } shape[] = {
        [SIG_BIT] = {VCD_WIRE, 1},     [SIG_CODE] = {VCD_WIRE, 2},   [SIG_TEXT] = {VCD_STRING, 1},
        [SIG_CAUSE] = {VCD_STRING, 1}, [SIG_EVENT] = {VCD_EVENT, 1},
    };

    vcd_scope(vcd, name.s);
    for (unsigned k = 0; k < n; k++)
        if (s[k].def)
            s[k].var = vcd_var(vcd, shape[s[k].def->kind].type, shape[s[k].def->kind].bits, s[k].def->name);
    vcd_upscope(vcd);
}

static void declare(struct vcd *vcd, const struct view *v)
{
    char text[TRACE_MAX_TEXT * 4];

    (void)snprintf(text, sizeof text, "%s: scenario %s, mode %s, %" PRIu64 " ticks (%s) per second%s%s%s", v->label,
                   v->info->scenario, v->info->mode, v->info->tick_hz, v->info->unit, *v->info->note ? ", " : "",
                   v->info->note, v->spread ? ", records of equal time spread" : "");
    vcd_comment(vcd, text);
    vcd_scope(vcd, v->label);
    for (uint32_t d = 0; d < v->info->devices; d++)
        declare_scope(vcd, conv_dev_scope(v, d), view_dev(v, d, 0), DEV_SIGNALS);
    for (uint32_t i = 0; i < v->info->pcpus; i++)
        declare_scope(vcd, conv_numbered_scope("cpu", i), view_cpu(v, i, 0), CPU_SIGNALS);
    for (uint32_t i = 0; i < v->info->vcpus; i++)
        declare_scope(vcd, conv_numbered_scope("vcpu", i), view_vcpu(v, i, 0), VCPU_SIGNALS);
    vcd_upscope(vcd);
}

static void put_bit(struct vcd *vcd, const struct view *v, const struct signal *s, int64_t value)
{
    (void)v;
    vcd_bit(vcd, s->var, "01x"[value < 0 ? 2 : value & 1]);
}

static void put_code(struct vcd *vcd, const struct view *v, const struct signal *s, int64_t value)
{
    (void)v;
    vcd_vector(vcd, s->var, 2, value);
}

static void put_text(struct vcd *vcd, const struct view *v, const struct signal *s, int64_t value)
{
    char scratch[24];

    vcd_string(vcd, s->var, view_text(v, s, value, scratch));
}

static void put_event(struct vcd *vcd, const struct view *v, const struct signal *s, int64_t value)
{
    (void)v;
    if (value)
        vcd_event(vcd, s->var);
}

static void put_value(struct vcd *vcd, const struct view *v, const struct signal *s, int64_t value)
{
    static void (*const put[])(struct vcd *, const struct view *, const struct signal *, int64_t) = {
        [SIG_BIT] = put_bit,    [SIG_CODE] = put_code,   [SIG_TEXT] = put_text,
        [SIG_CAUSE] = put_text, [SIG_EVENT] = put_event,
    };

    put[s->def->kind](vcd, v, s, value);
}

static void write_head(struct conversion *c, struct vcd *vcd)
{
    for (unsigned i = 0; i < c->nviews; i++)
        declare(vcd, &c->view[i]);
    vcd_start(vcd);
    for (unsigned i = 0; i < c->nviews; i++) {
        const struct view *v = &c->view[i];

        for (uint32_t k = 0; k < v->nsig; k++)
            if (v->sig[k].def)
                put_value(vcd, v, &v->sig[k], v->sig[k].def->kind == SIG_EVENT ? 0 : v->sig[k].value);
    }
    vcd_begin_changes(vcd);
}

static void write_instant(struct vcd *vcd, const struct view *v)
{
    vcd_at(vcd, v->time);
    for (uint32_t i = 0; i < v->ndirty; i++) {
        const struct signal *s = &v->sig[v->dirty[i]];

        put_value(vcd, v, s, s->value);
    }
}

/* The view whose next instant comes first; NULL: all are at their end. */
static struct view *first_of(struct conversion *c, const int *more)
{
    struct view *first = NULL;

    for (unsigned i = 0; i < c->nviews; i++)
        if (more[i] && (!first || c->view[i].time < first->time))
            first = &c->view[i];
    return first;
}

int conv_write_vcd(struct conversion *c, FILE *f)
{
    struct vcd *vcd = malloc(sizeof *vcd);
    int more[CONV_MAX_RUNS] = {0};
    struct view *v;

    if (!vcd) {
        (void)fprintf(stderr, "out of memory\n");
        return EXIT_OUTPUT;
    }
    vcd_init(vcd, f, c->scale.name);
    write_head(c, vcd);
    for (unsigned i = 0; i < c->nviews; i++)
        more[i] = view_next(&c->view[i]);
    while ((v = first_of(c, more)) != NULL) {
        if (more[v - c->view] < 0) {
            free(vcd);
            return bad_input(v->input, &v->err);
        }
        write_instant(vcd, v);
        more[v - c->view] = view_next(v);
        if (ferror(f))
            break;
    }
    for (unsigned i = 0; i < c->nviews; i++) {
        const uint64_t end = c->view[i].end > c->view[i].time ? c->view[i].end : c->view[i].time;

        c->end = end > c->end ? end : c->end;
    }
    /* One unit more, so that the values of the last instant last for some time. */
    if (c->end < UINT64_MAX)
        c->end++;
    vcd_at(vcd, c->end);
    vcd_flush(vcd);
    free(vcd);
    return EXIT_OK;
}
