/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - one run as signals: what each record changes.
 *
 * A view reads records and keeps the value of every signal. It hands them out in *instants*: a time and
 * the signals that are different from the instant before. Without spreading, an instant is all records of
 * one time; with spreading, it is one record, and instants are at least one time unit apart.
 *
 * Time 0 is the end of the run's set-up; what changed before it is only seen as the values at time 0. Runs that
 * set up for different lengths are so comparable. On demand, and without that mark, it is the first tick.
 *
 * Order of calls: view_open -> view_next until 0 (the scan: initial values, how much one instant hides)
 * -> view_rewind -> view_next until 0 (the values) -> view_close.
 */
#ifndef TRACE2VCD_VIEW_H
#define TRACE2VCD_VIEW_H

#include "input.h"

#include <stdbool.h>
#include <stdint.h>
#include <trapline/trace_file.h>

enum signal_kind { SIG_BIT, SIG_CODE, SIG_TEXT, SIG_CAUSE, SIG_EVENT };

#define SIG_UNKNOWN (-1)

struct signal {
    const struct signal_def *def; /* NULL: this device has no such signal */
    int64_t initial, value, shown;
    uint64_t changes; /* in the scan */
    uint32_t var;     /* number in the output */
    bool dirty;
};

/* A row of the tables that say which signals a device, a pCPU and a vCPU have. */
struct signal_def {
    const char *name;
    enum signal_kind kind;
    const char *const *text; /* SIG_TEXT: of values 0 and up */
    int64_t texts;
    int64_t initial;
};

enum { DEV_LINE, DEV_PHYS, DEV_PHYS_CODE, DEV_ENABLED, DEV_VIRT, DEV_VIRT_CODE, DEV_SIGNALS };
enum { CPU_NIRQ, CPU_NVIRQ, CPU_MAINT, CPU_SIGNALS };
enum { VCPU_MODE, VCPU_LAST_EXIT, VCPU_EXIT, VCPU_SIGNALS };

/* Unit of the output's time. */
struct time_scale {
    const char *name; /* "1ns" */
    uint64_t units_per_s;
};

#define VIEW_EVENTS 14u

struct view {
    const struct input *input;
    unsigned run; /* which one of the file */
    FILE *stream;
    struct trace_reader *reader;
    struct trace_error err;
    const struct trace_run_info *info;
    const struct time_scale *scale;
    char label[TRACE_MAX_TEXT * 2 + 16]; /* scope of the run */

    struct signal *sig; /* devices, then pCPUs, then vCPUs */
    uint32_t nsig;
    uint32_t *dirty; /* signals of the present instant, in order of their first change */
    uint32_t ndirty;
    struct dev_state *dev;
    struct intid_index *by_phys, *by_guest; /* devices in order of INTID */
    bool *writes_dir;                       /* of each vCPU: it deactivates interrupts by GICV_DIR */
    struct {
        uint16_t id;
        int arg[3]; /* which arguments of the record; below 0: none */
    } bound[VIEW_EVENTS];

    struct sim_record ahead; /* the record after the present instant */
    int have_ahead;
    bool spread, scanned;
    bool started;
    bool whole;     /* show the set-up too */
    bool has_setup; /* the scan has met the end of the set-up */
    bool begun;     /* set-up is over */
    sim_tick base;  /* the tick that is time 0 */
    uint64_t time;  /* of the present instant, in output units */
    uint64_t end;   /* time of the last record so far */

    uint64_t changes, visible; /* in the scan: all, and those that an instant shows */
    unsigned rises;            /* of device lines so far, counted to 2 */
    uint64_t rise;             /* time of the first */
    uint64_t calm;             /* time of the last change before the second */
};

/* Opens run number `run` of the file. Returns 0 or a negative errno (v->err tells). Always view_close. */
int view_open(struct view *v, const struct input *in, unsigned run, const struct time_scale *scale, bool whole);
void view_close(struct view *v);
/* Ends the scan and starts again from the beginning. Returns 0 or a negative errno. */
int view_rewind(struct view *v, bool spread);

/* Next instant: 1, 0 at the end of the run, or a negative errno. */
int view_next(struct view *v);

static inline struct signal *view_dev(const struct view *v, uint32_t dev, unsigned k)
{
    return &v->sig[dev * DEV_SIGNALS + k];
}

static inline struct signal *view_cpu(const struct view *v, uint32_t cpu, unsigned k)
{
    return &v->sig[v->info->devices * DEV_SIGNALS + cpu * CPU_SIGNALS + k];
}

static inline struct signal *view_vcpu(const struct view *v, uint32_t vcpu, unsigned k)
{
    return &v->sig[v->info->devices * DEV_SIGNALS + v->info->pcpus * CPU_SIGNALS + vcpu * VCPU_SIGNALS + k];
}

/* Text of a SIG_TEXT or SIG_CAUSE signal's value; scratch takes numbers without a name. */
const char *view_text(const struct view *v, const struct signal *s, int64_t value, char scratch[24]);

#endif
