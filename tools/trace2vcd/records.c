/* SPDX-License-Identifier: Apache-2.0 */
/* records.c - which record changes which signal. One row of `binding` for each event that does. */
#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/gic.h>

#define BANKED 32u /* INTIDs below this exist once per CPU */

struct dev_state {
    bool phys_seen; /* the scan has met a record of its physical state */
    int64_t vcpu;   /* in whose list registers it is; below 0: in none */
};

struct intid_index {
    uint32_t intid, dev;
};

/* ---- finding devices ---- */

static int by_intid(const void *a, const void *b)
{
    const struct intid_index *x = a, *y = b;

    if (x->intid != y->intid)
        return x->intid < y->intid ? -1 : 1;
    return x->dev < y->dev ? -1 : x->dev > y->dev;
}

/* Position of the first device with this INTID, or of what would follow it. */
static uint32_t lower_bound(const struct intid_index *t, uint32_t n, uint32_t intid)
{
    uint32_t lo = 0;

    while (lo < n) {
        const uint32_t mid = lo + (n - lo) / 2;

        if (t[mid].intid < intid)
            lo = mid + 1;
        else
            n = mid;
    }
    return lo;
}

/* Runs over all devices with an INTID: several may share a line. INTID 0 is that of nobody. */
#define for_each_device(v, table, wanted, i)                                                                           \
    for (uint32_t i = (wanted) > 0 && (wanted) <= UINT32_MAX                                                           \
                          ? lower_bound((table), (v)->info->devices, (uint32_t)(wanted))                               \
                          : UINT32_MAX;                                                                                \
         i < (v)->info->devices && (table)[i].intid == (uint32_t)(wanted); i++)

static bool same_bank(const struct view *v, uint32_t dev, const struct sim_record *rec)
{
    const struct trace_device *d = &v->info->device[dev];

    return d->phys_intid >= BANKED || rec->cpu == SIM_NO_CPU || rec->cpu == d->cpu;
}

static bool may_receive(const struct view *v, uint32_t dev, int64_t vcpu)
{
    const struct trace_device *d = &v->info->device[dev];

    return d->nvcpus == 0 || (vcpu >= d->vcpu && vcpu - (int64_t)d->vcpu < (int64_t)d->nvcpus);
}

/* ---- one function for each event; a[] are the arguments named in `binding` ---- */

static void device_line(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    for_each_device(v, v->by_phys, a[0], i) if (same_bank(v, v->by_phys[i].dev, rec))
        view_set(v, view_dev(v, v->by_phys[i].dev, DEV_LINE), a[1] != 0);
}

/* The three signals that follow from GIC_ST_* bits. */
static void phys_values(int64_t bits, int64_t value[3])
{
    value[0] = bits & (GIC_ST_PENDING | GIC_ST_ACTIVE | GIC_ST_ENABLED);
    value[1] = bits & (GIC_ST_PENDING | GIC_ST_ACTIVE);
    value[2] = (bits & GIC_ST_ENABLED) != 0;
}

static void irq_state(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    for_each_device(v, v->by_phys, a[0], i)
    {
        const uint32_t dev = v->by_phys[i].dev;
        struct signal *s = view_dev(v, dev, DEV_PHYS);
        int64_t before[3], after[3];

        if (!same_bank(v, dev, rec))
            continue;
        phys_values(a[1], before);
        phys_values(a[2], after);
        for (unsigned k = 0; k < 3; k++) {
            /* Only the first change tells what was before it: the state the run starts with. */
            if (!v->dev[dev].phys_seen)
                s[k].initial = s[k].value = s[k].shown = before[k];
            view_set(v, &s[k], after[k]);
        }
        v->dev[dev].phys_seen = true;
    }
}

static void gic_output_pin(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    static const struct {
        int64_t pin;
        unsigned signal;
        bool low_active;
    } pins[] = {{GIC_IRQ, CPU_NIRQ, true}, {GIC_VIRQ, CPU_NVIRQ, true}, {GIC_MAINT, CPU_MAINT, false}};

    (void)rec;
    if (a[0] < 0 || a[0] >= v->info->pcpus)
        return;
    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++)
        if (a[1] == pins[i].pin)
            view_set(v, view_cpu(v, (uint32_t)a[0], pins[i].signal), (a[2] != 0) != pins[i].low_active);
}

static void set_virt(struct view *v, uint32_t dev, int64_t state)
{
    view_set(v, view_dev(v, dev, DEV_VIRT), state);
    view_set(v, view_dev(v, dev, DEV_VIRT_CODE), state);
}

/*
 * An interrupt is in the list registers of one vCPU at a time. When it moves, the news that it left the
 * old one may come after the news that it is in the new one; it must not wipe that out.
 */
static void lr_state(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    for_each_device(v, v->by_guest, a[1], i)
    {
        const uint32_t dev = v->by_guest[i].dev;
        struct dev_state *d = &v->dev[dev];
        const int64_t state = a[2] & 3;

        if (!may_receive(v, dev, a[0]) || (state == 0 && d->vcpu >= 0 && d->vcpu != a[0]))
            continue;
        d->vcpu = state ? a[0] : -1;
        set_virt(v, dev, state);
    }
}

/* The state of an interrupt in a list register, as in GICH_LR.State. */
enum { LR_NONE = 0, LR_PENDING = 1, LR_ACTIVE = 2 };

/*
 * What the guest does to a list register between two entries, which nobody but the hardware sees: `keep`
 * are the bits that stay, `add` those that come.
 */
static void guest_access(struct view *v, const int64_t a[3], int64_t keep, int64_t add)
{
    for_each_device(v, v->by_guest, a[1], i)
    {
        const uint32_t dev = v->by_guest[i].dev;
        struct dev_state *d = &v->dev[dev];
        const struct signal *now = view_dev(v, dev, DEV_VIRT);
        int64_t state;

        if (!may_receive(v, dev, a[0]) || (d->vcpu >= 0 && d->vcpu != a[0]))
            continue;
        state = (now->value & keep) | add;
        d->vcpu = state ? a[0] : -1;
        set_virt(v, dev, state);
    }
}

static void guest_iar(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    guest_access(v, a, 0, LR_ACTIVE);
}

/* With EOImode 1 the write drops the priority only. That mode shows in the scan: somebody writes DIR. */
static void guest_eoir(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    if (a[0] >= 0 && a[0] < v->info->vcpus && !v->writes_dir[a[0]])
        guest_access(v, a, LR_PENDING, 0);
}

static void guest_dir(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    if (a[0] >= 0 && a[0] < v->info->vcpus)
        v->writes_dir[a[0]] = true;
    guest_access(v, a, LR_PENDING, 0);
}

/* The interrupt leaves the vCPU's list without having been taken: its line fell, or it moves. */
static void prune(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    guest_access(v, a, LR_NONE, LR_NONE);
}

/* Values of VCPU_MODE. */
enum { MODE_HOST, MODE_GUEST, MODE_BLOCKED };

static void set_mode(struct view *v, int64_t vcpu, int64_t mode)
{
    if (vcpu >= 0 && vcpu < v->info->vcpus)
        view_set(v, view_vcpu(v, (uint32_t)vcpu, VCPU_MODE), mode);
}

static void to_guest(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    set_mode(v, a[0], MODE_GUEST);
}

static void to_host(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    set_mode(v, a[0], MODE_HOST);
}

static void to_blocked(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    set_mode(v, a[0], MODE_BLOCKED);
}

static void vcpu_exit(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)rec;
    if (a[0] < 0 || a[0] >= v->info->vcpus)
        return;
    set_mode(v, a[0], MODE_HOST);
    view_set(v, view_vcpu(v, (uint32_t)a[0], VCPU_LAST_EXIT), a[1]);
    view_set(v, view_vcpu(v, (uint32_t)a[0], VCPU_EXIT), 1);
}

static void run_begin(struct view *v, const struct sim_record *rec, const int64_t a[3])
{
    (void)a;
    view_begin(v, rec->at);
}

/* ---- the table ---- */

enum { BIND_KVM_EXIT = 0, KVM_EXIT_CAUSE = 1 };

static const struct binding {
    const char *event;
    const char *arg[3];
    void (*apply)(struct view *v, const struct sim_record *rec, const int64_t a[3]);
} binding[] = {
    [BIND_KVM_EXIT] = {"kvm_exit", {"vcpu", [KVM_EXIT_CAUSE] = "cause"}, vcpu_exit},
    {"device_line", {"intid", "level"}, device_line},
    {"gic_irq_state", {"intid", "old", "new"}, irq_state},
    {"gic_output", {"target_cpu", "pin", "level"}, gic_output_pin},
    {"vgic_lr_state", {"vcpu", "intid", "state"}, lr_state},
    {"guest_iar", {"vcpu", "intid"}, guest_iar},
    {"guest_eoir", {"vcpu", "intid"}, guest_eoir},
    {"guest_dir", {"vcpu", "intid"}, guest_dir},
    {"vgic_prune", {"vcpu", "intid"}, prune},
    {"kvm_entry", {"vcpu"}, to_guest},
    {"kvm_guest_left", {"vcpu"}, to_host},
    {"kvm_wfx_arm64", {"vcpu"}, to_blocked},
    {"kvm_vcpu_wakeup", {"vcpu"}, to_host},
    {"run_begin", {NULL}, run_begin},
};
#define BINDINGS (sizeof binding / sizeof binding[0])
_Static_assert(BINDINGS == VIEW_EVENTS, "view.h reserves room for the table");

/* Position of a name in "a,b,c"; below 0: it is not there. */
static int arg_position(const char *args, const char *name)
{
    const size_t n = strlen(name);

    for (int i = 0; i < SIM_TRACE_ARGS; i++) {
        if (strncmp(args, name, n) == 0 && (args[n] == ',' || args[n] == '\0'))
            return i;
        args = strchr(args, ',');
        if (!args)
            break;
        args++;
    }
    return -1;
}

/* An event without one of the arguments is none that we know: its row stays empty (id 0). */
static void bind_events(struct view *v)
{
    for (size_t b = 0; b < BINDINGS; b++) {
        const struct trapline_event_info *ev = trace_reader_find(v->reader, binding[b].event);
        bool complete = ev != NULL;

        for (unsigned k = 0; k < 3; k++) {
            v->bound[b].arg[k] = complete && binding[b].arg[k] ? arg_position(ev->args, binding[b].arg[k]) : -1;
            complete = complete && (!binding[b].arg[k] || v->bound[b].arg[k] >= 0);
        }
        v->bound[b].id = complete ? ev->id : 0;
    }
}

void records_apply(struct view *v, const struct sim_record *rec)
{
    for (size_t b = 0; b < BINDINGS; b++) {
        int64_t a[3] = {0, 0, 0};

        if (v->bound[b].id != rec->id || rec->id == 0)
            continue;
        for (unsigned k = 0; k < 3; k++)
            if (v->bound[b].arg[k] >= 0)
                a[k] = rec->arg[v->bound[b].arg[k]];
        binding[b].apply(v, rec, a);
        return;
    }
}

const char *records_cause_name(const struct view *v, int64_t cause)
{
    return trace_reader_value_name(v->reader, v->bound[BIND_KVM_EXIT].id,
                                   (unsigned)v->bound[BIND_KVM_EXIT].arg[KVM_EXIT_CAUSE], cause);
}

int records_init(struct view *v)
{
    const uint32_t n = v->info->devices;

    v->dev = calloc(n + 1u, sizeof *v->dev);
    v->by_phys = calloc(n + 1u, sizeof *v->by_phys);
    v->by_guest = calloc(n + 1u, sizeof *v->by_guest);
    v->writes_dir = calloc(v->info->vcpus + 1u, sizeof *v->writes_dir);
    if (!v->dev || !v->by_phys || !v->by_guest || !v->writes_dir)
        return -ENOMEM;
    for (uint32_t d = 0; d < n; d++) {
        v->by_phys[d] = (struct intid_index){v->info->device[d].phys_intid, d};
        v->by_guest[d] = (struct intid_index){v->info->device[d].guest_intid, d};
    }
    qsort(v->by_phys, n, sizeof *v->by_phys, by_intid);
    qsort(v->by_guest, n, sizeof *v->by_guest, by_intid);
    bind_events(v);
    return 0;
}

void records_reset(struct view *v)
{
    for (uint32_t d = 0; d < v->info->devices; d++)
        v->dev[d].vcpu = -1;
}

void records_fini(struct view *v)
{
    free(v->dev);
    free(v->by_phys);
    free(v->by_guest);
    free(v->writes_dir);
    v->writes_dir = NULL;
    v->dev = NULL;
    v->by_phys = v->by_guest = NULL;
}
