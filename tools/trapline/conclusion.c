/* SPDX-License-Identifier: Apache-2.0 */
#include "conclusion.h"

#include <math.h>

/* Something that a mode may need less or more of than the first one, per interrupt. */
struct saving {
    const char *one, *many;
    double amount; /* positive: saved */
};

static double total(const struct results_mode *m, const char *name)
{
    return results_value(results_metric_find(m, name));
}

static double per_interrupt(const struct results_mode *m, const char *const *names, size_t n)
{
    double sum = 0.0, irqs = total(m, "interrupts.delivered");

    for (size_t i = 0; i < n; i++)
        sum += total(m, names[i]);
    return irqs > 0.0 ? sum / irqs : 0.0;
}

/* "3", "2.50" */
static void put_amount(FILE *f, double v)
{
    if (fabs(v - nearbyint(v)) < 0.005)
        fprintf(f, "%.0f", v);
    else
        fprintf(f, "%.2f", v);
}

/* "it saves 1 world switch, 1 host acknowledge and 5 GIC writes per interrupt" for one sign; number printed. */
static int put_savings(FILE *f, const struct saving *s, size_t n, int sign, const char *verb)
{
    int all = 0, done = 0;

    for (size_t i = 0; i < n; i++)
        all += s[i].amount * sign >= 0.005;
    for (size_t i = 0; i < n; i++) {
        double v = s[i].amount * sign;
        if (v < 0.005)
            continue;
        fprintf(f, "%s", done == 0 ? verb : done == all - 1 ? " and " : ", ");
        put_amount(f, v);
        fprintf(f, "%s %s", sign < 0 ? " more" : "", fabs(v - 1.0) < 0.005 ? s[i].one : s[i].many);
        done++;
    }
    if (done)
        fprintf(f, " per interrupt");
    return all;
}

void conclusion_put(FILE *f, const struct colors *c, const char *base_name, const struct results_mode *base,
                    const char *name, const struct results_mode *with)
{
    static const char *const switches[] = {"world_switches"};
    static const char *const acks[] = {"host.acks"};
    static const char *const reads[] = {"host.gicd_reads"};
    static const char *const writes[] = {"host.eoir_writes", "host.dir_writes", "host.gicd_writes"};
    const struct results_metric *m0 = results_metric_find(base, "exits.per_interrupt");
    const struct results_metric *m1 = results_metric_find(with, "exits.per_interrupt");
    double e0 = results_value(m0), e1 = results_value(m1), ws0 = total(base, switches[0]),
           ws1 = total(with, switches[0]);
    const struct saving s[] = {
        {"world switch", "world switches", per_interrupt(base, switches, 1) - per_interrupt(with, switches, 1)},
        {"host acknowledge", "host acknowledges", per_interrupt(base, acks, 1) - per_interrupt(with, acks, 1)},
        {"GIC write", "GIC writes", per_interrupt(base, writes, 3) - per_interrupt(with, writes, 3)},
        {"GICD read", "GICD reads", per_interrupt(base, reads, 1) - per_interrupt(with, reads, 1)},
    };
    const size_t n = sizeof s / sizeof s[0];

    const struct results_metric *o0 = results_metric_find(base, "ops.time.p50");
    const struct results_metric *o1 = results_metric_find(with, "ops.time.p50");

    if (o0 && o0->valid && o1 && o1->valid && total(with, "interrupts.delivered") == 0.0) {
        fprintf(f, "%s%s: an operation of the guest takes %.3f us and %.2f exits, %s's %.3f us and %.2f exits%s\n",
                c->bold, name, results_value(o1) / 1e3, total(with, "exits.total") / total(with, "ops.count"),
                base_name, results_value(o0) / 1e3, total(base, "exits.total") / total(base, "ops.count"), c->off);
        return;
    }
    if (!m0 || !m0->valid || !m1 || !m1->valid) {
        fprintf(f, "%s cannot be compared with %s: no interrupt was delivered\n", name, base_name);
        return;
    }
    if (fabs(e0 - e1) < 0.005)
        fprintf(f, "%s%s takes as many exits per interrupt as %s, %.2f", c->bold, name, base_name, e1);
    else
        fprintf(f, "%s%s takes %.2f exits per interrupt instead of %.2f", c->bold, name, e1, e0);
    if (put_savings(f, s, n, 1, ": it saves "))
        put_savings(f, s, n, -1, ", but costs ");
    else
        put_savings(f, s, n, -1, ": it costs ");
    if (ws0 > ws1)
        fprintf(f, "; %.0f world switches in all", ws0 - ws1);
    fprintf(f, "%s\n", c->off);
}
