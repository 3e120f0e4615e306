/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.c - one run as signals. See view.h.
 *
 * Events are found in the file by name and their arguments by name, so a trace of another version, with
 * other numbers or more arguments, still converts.
 */
#include "view.h"

#include "records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- which signals there are ---- */

/* Index: GIC_ST_PENDING | GIC_ST_ACTIVE | GIC_ST_ENABLED. */
static const char *const phys_text[] = {
    "masked",   "pending,masked", "active,masked", "active+pending,masked",
    "inactive", "pending",        "active",        "active+pending",
};
static const char *const virt_text[] = {"none", "pending", "active", "active+pending"};
static const char *const mode_text[] = {"host", "guest", "blocked"};

#define TEXTS(table) (table), (int64_t)(sizeof(table) / sizeof(table)[0])
static const struct signal_def dev_def[DEV_SIGNALS] = {
    [DEV_LINE] = {"line", SIG_BIT, NULL, 0, 0},
    [DEV_PHYS] = {"phys", SIG_TEXT, TEXTS(phys_text), SIG_UNKNOWN},
    [DEV_PHYS_CODE] = {"phys_code", SIG_CODE, NULL, 0, SIG_UNKNOWN},
    [DEV_ENABLED] = {"enabled", SIG_BIT, NULL, 0, SIG_UNKNOWN},
    [DEV_VIRT] = {"virt", SIG_TEXT, TEXTS(virt_text), 0},
    [DEV_VIRT_CODE] = {"virt_code", SIG_CODE, NULL, 0, 0},
};
/* nIRQ and nVIRQ are active low, as their names say and as they are on the wire. */
static const struct signal_def cpu_def[CPU_SIGNALS] = {
    [CPU_NIRQ] = {"nIRQ", SIG_BIT, NULL, 0, 1},
    [CPU_NVIRQ] = {"nVIRQ", SIG_BIT, NULL, 0, 1},
    [CPU_MAINT] = {"maint", SIG_BIT, NULL, 0, 0},
};
static const struct signal_def vcpu_def[VCPU_SIGNALS] = {
    [VCPU_MODE] = {"mode", SIG_TEXT, TEXTS(mode_text), 0},
    [VCPU_LAST_EXIT] = {"last_exit", SIG_CAUSE, NULL, 0, SIG_UNKNOWN},
    [VCPU_EXIT] = {"exit", SIG_EVENT, NULL, 0, 0},
};

const char *view_text(const struct view *v, const struct signal *s, int64_t value, char scratch[24])
{
    const char *name;

    if (value == SIG_UNKNOWN)
        return s->def->kind == SIG_CAUSE ? "none" : "unknown";
    if (s->def->kind == SIG_TEXT && value >= 0 && value < s->def->texts)
        return s->def->text[value];
    name = s->def->kind == SIG_CAUSE ? records_cause_name(v, value) : NULL;
    if (name && *name)
        return name;
    (void)snprintf(scratch, 24, "%" PRId64, value);
    return scratch;
}

/* ---- opening ---- */

static int no_memory(struct view *v)
{
    v->err = (struct trace_error){.text = "out of memory"};
    return -ENOMEM;
}

/* A reader at the first record of the run. */
static int open_run(struct view *v)
{
    FILE *f = input_open(v->input);
    int ret;

    if (!f) {
        const int e = errno > 0 ? errno : EIO;

        v->err = (struct trace_error){0};
        (void)snprintf(v->err.text, sizeof v->err.text, "cannot open: %s", strerror(e));
        return -e;
    }
    v->stream = f;
    ret = trace_reader_open_stream(&v->reader, f, &v->err);
    for (unsigned i = 0; !ret && i <= v->run; i++) {
        ret = trace_reader_next_run(v->reader, &v->info);
        ret = ret < 0 ? ret : 0;
    }
    return ret;
}

static void close_run(struct view *v)
{
    trace_reader_close(v->reader);
    if (v->stream)
        (void)fclose(v->stream);
    v->reader = NULL;
    v->stream = NULL;
}

static void define(struct signal *s, const struct signal_def *def)
{
    *s = (struct signal){.def = def, .initial = def->initial};
}

static void define_all(struct view *v)
{
    for (uint32_t d = 0; d < v->info->devices; d++) {
        for (unsigned k = 0; k < DEV_SIGNALS; k++) {
            const uint32_t intid = k < DEV_VIRT ? v->info->device[d].phys_intid : v->info->device[d].guest_intid;

            if (intid)
                define(view_dev(v, d, k), &dev_def[k]);
        }
    }
    for (uint32_t c = 0; c < v->info->pcpus; c++)
        for (unsigned k = 0; k < CPU_SIGNALS; k++)
            define(view_cpu(v, c, k), &cpu_def[k]);
    for (uint32_t c = 0; c < v->info->vcpus; c++)
        for (unsigned k = 0; k < VCPU_SIGNALS; k++)
            define(view_vcpu(v, c, k), &vcpu_def[k]);
}

static void set_initial(struct view *v)
{
    for (uint32_t i = 0; i < v->nsig; i++) {
        v->sig[i].value = v->sig[i].shown = v->sig[i].initial;
        v->sig[i].dirty = false;
    }
    v->ndirty = 0;
    v->have_ahead = 0;
    v->started = false;
    v->time = v->end = v->calm = 0;
    v->rises = 0;
    v->begun = false;
    v->base = 0;
    records_reset(v);
}

int view_open(struct view *v, const struct input *in, unsigned run, const struct time_scale *scale, bool whole)
{
    int ret;

    *v = (struct view){.input = in, .run = run, .scale = scale, .whole = whole};
    ret = open_run(v);
    if (ret)
        return ret;
    v->nsig = v->info->devices * DEV_SIGNALS + v->info->pcpus * CPU_SIGNALS + v->info->vcpus * VCPU_SIGNALS;
    v->sig = calloc(v->nsig + 1u, sizeof *v->sig);
    v->dirty = calloc(v->nsig + 1u, sizeof *v->dirty);
    if (!v->sig || !v->dirty || records_init(v))
        return no_memory(v);
    define_all(v);
    set_initial(v);
    return 0;
}

void view_close(struct view *v)
{
    close_run(v);
    records_fini(v);
    free(v->sig);
    free(v->dirty);
    v->sig = NULL;
    v->dirty = NULL;
}

/* ---- values ---- */

void view_set(struct view *v, struct signal *s, int64_t value)
{
    const bool event = s->def && s->def->kind == SIG_EVENT;

    if (!s->def || (s->value == value && !event))
        return;
    s->value = value;
    if (!v->scanned) {
        s->changes++;
        v->changes++;
    }
    if (!s->dirty) {
        s->dirty = true;
        v->dirty[v->ndirty++] = (uint32_t)(s - v->sig);
    }
}

/* Ends the instant before: its values are shown, its list is empty. */
static void forget_instant(struct view *v)
{
    for (uint32_t i = 0; i < v->ndirty; i++) {
        struct signal *s = &v->sig[v->dirty[i]];

        s->shown = s->value;
        s->dirty = false;
    }
    v->ndirty = 0;
}

void view_begin(struct view *v, sim_tick at)
{
    if (v->whole || v->begun)
        return;
    v->begun = true;
    v->base = at;
    forget_instant(v);
    if (v->scanned)
        return;
    for (uint32_t i = 0; i < v->nsig; i++)
        v->sig[i].changes = 0;
    v->changes = v->visible = 0;
    v->has_setup = true;
}

/* Takes what has its old value again off the list, and counts what stays. */
static void drop_unchanged(struct view *v)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < v->ndirty; i++) {
        struct signal *s = &v->sig[v->dirty[i]];

        if (s->value == s->shown && s->def->kind != SIG_EVENT)
            s->dirty = false;
        else
            v->dirty[n++] = v->dirty[i];
    }
    v->ndirty = n;
    if (!v->scanned)
        v->visible += n;
}

/* ---- time ---- */

/*
 * Ticks in output units, rounded down; false: more than 64 bits. The division is carried out digit by
 * digit to base 1000, because ticks * 10^12 does not fit into 64 bits and C11 has nothing wider.
 */
static bool to_units(const struct view *v, sim_tick at, uint64_t *units)
{
    const uint64_t hz = v->info->tick_hz;
    uint64_t whole = (at - v->base) / hz, rest = (at - v->base) % hz, fraction = 0;

    for (uint64_t unit = v->scale->units_per_s; unit > 1; unit /= 1000) {
        rest *= 1000;
        fraction = fraction * 1000 + rest / hz;
        rest %= hz;
    }
    if (whole > (UINT64_MAX - fraction) / v->scale->units_per_s)
        return false;
    *units = whole * v->scale->units_per_s + fraction;
    return true;
}

static int too_late(struct view *v)
{
    v->err.offset = 0;
    (void)snprintf(v->err.text, sizeof v->err.text, "time %" PRIu64 " does not fit into 64 bits of %s", v->ahead.at,
                   v->scale->name);
    return -EBADMSG;
}

/* Reads the next record into v->ahead: 1, 0 or an error. */
static int look_ahead(struct view *v)
{
    if (!v->have_ahead)
        v->have_ahead = trace_reader_next(v->reader, &v->ahead);
    return v->have_ahead;
}

/* What the save file wants to know: where the first interrupt is. */
static void note_times(struct view *v)
{
    for (uint32_t i = 0; i < v->ndirty && v->rises < 2; i++) {
        const uint32_t n = v->dirty[i];

        if (n >= v->info->devices * DEV_SIGNALS || n % DEV_SIGNALS != DEV_LINE || v->sig[n].value != 1)
            continue;
        if (v->rises++ == 0)
            v->rise = v->time;
    }
    if (v->rises < 2)
        v->calm = v->time;
}

/* Gathers one instant. Without a change it is empty and the caller goes on. */
static int gather(struct view *v)
{
    uint64_t at = 0;
    int more;

    forget_instant(v);
    if (look_ahead(v) <= 0)
        return v->have_ahead;
    if (!to_units(v, v->ahead.at, &at))
        return too_late(v);
    if (v->spread) {
        records_apply(v, &v->ahead);
        v->have_ahead = 0;
        if (v->ndirty && v->started && at <= v->time)
            at = v->time + 1;
    } else {
        uint64_t next = at;

        do {
            records_apply(v, &v->ahead);
            v->have_ahead = 0;
            more = look_ahead(v);
            if (more < 0)
                return more;
            if (more && !to_units(v, v->ahead.at, &next))
                return too_late(v);
        } while (more && next == at);
    }
    drop_unchanged(v);
    if (v->ndirty) {
        v->time = at;
        v->started = true;
        note_times(v);
    }
    if (at > v->end)
        v->end = at;
    return 1;
}

int view_next(struct view *v)
{
    int ret;

    do
        ret = gather(v);
    while (ret == 1 && v->ndirty == 0);
    return ret;
}

/* ---- the second pass ---- */

/* Takes the records up to the mark that ends the set-up; the scan has seen that there is one. */
static int skip_setup(struct view *v)
{
    while (v->has_setup && !v->begun) {
        if (look_ahead(v) <= 0)
            return v->have_ahead;
        records_apply(v, &v->ahead);
        v->have_ahead = 0;
    }
    forget_instant(v);
    return 0;
}

int view_rewind(struct view *v, bool spread)
{
    const uint32_t devices = v->info->devices, pcpus = v->info->pcpus, vcpus = v->info->vcpus;
    int ret;

    close_run(v);
    ret = open_run(v);
    if (ret)
        return ret;
    /* Somebody may have written another trace to the same place; the arrays were made for the first. */
    if (v->info->devices != devices || v->info->pcpus != pcpus || v->info->vcpus != vcpus) {
        v->err = (struct trace_error){.text = "the file has changed while it was read"};
        return -EBADMSG;
    }
    v->spread = spread;
    v->scanned = true;
    set_initial(v);
    return skip_setup(v);
}
