/* SPDX-License-Identifier: Apache-2.0 */
/* replay_report.c - what a replay gave: as text, JUnit XML and JSON; and the list of vectors. */
#include "escape.h"
#include "replay.h"
#include "table.h"

#include <inttypes.h>
#include <string.h>
#include <trapline/version.h>

static const char *const verdicts[] = {"passed", "failed", "skipped"};
enum { WHY = 400 };

/* "vectors.vec:34: read 0 cpu 0x00c 4 -> 0x00000022": where a vector failed. */
static void put_place(FILE *f, const struct replay_file *file, const struct replay_run *run,
                      void (*put)(FILE *f, const char *s))
{
    const struct gicvec_op *op = run->result.op;

    put(f, file->path);
    fprintf(f, ":%u: ", op ? op->line : run->v->line);
    put(f, op ? op->text : run->v->name);
}

static void put_plain(FILE *f, const char *s)
{
    fputs(s, f);
}

/* ---- text ---------------------------------------------------------------------------------------- */

/* "12 passed, 1 failed" */
static void put_counts(const struct replay *p, const size_t *count, bool all)
{
    const char *comma = "";

    for (int i = 0; i < 3; i++) {
        if (!count[i] && !all)
            continue;
        printf("%s%s%zu %s%s", comma, i == GICVEC_FAILED && count[i] ? p->c.red : "", count[i], verdicts[i],
               i == GICVEC_FAILED && count[i] ? p->c.off : "");
        comma = ", ";
    }
    puts("");
}

static void put_run(const struct replay *p, const struct replay_file *file, const struct replay_run *run)
{
    char why[WHY];

    gicvec_explain(&run->result, why, sizeof why);
    switch (run->result.verdict) {
    case GICVEC_PASSED:
        if (p->o->verbose)
            printf("  passed  %s\n", run->v->name);
        break;
    case GICVEC_SKIPPED:
        if (p->o->verbose)
            printf("  skipped %s: %s\n", run->v->name, why);
        break;
    case GICVEC_FAILED:
        printf("  %sFAILED%s  %s%s%s\n    ", p->c.red, p->c.off, run->v->name, *run->v->about ? ": " : "",
               run->v->about);
        put_place(stdout, file, run, put_plain);
        printf("\n    %s\n", why);
        break;
    }
}

/* Why vectors were skipped, each reason once, with how many it was. */
static void put_skipped(const struct replay *p)
{
    const char *seen[64];
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = 0; k < p->file[i].n; k++) {
            const struct gicvec_result *r = &p->file[i].run[k].result;
            const char *need = r->need ? r->need : "its configuration";
            size_t s = 0, count = 0;
            while (s < n && strcmp(seen[s], need) != 0)
                s++;
            if (r->verdict != GICVEC_SKIPPED || s < n || n == sizeof seen / sizeof seen[0])
                continue;
            seen[n++] = need;
            for (size_t a = i; a < p->n; a++)
                for (size_t b = 0; b < p->file[a].n; b++)
                    count += p->file[a].run[b].result.verdict == GICVEC_SKIPPED &&
                             (p->file[a].run[b].result.need ? !strcmp(p->file[a].run[b].result.need, need) : !r->need);
            printf("%zu skipped for want of %s\n", count, need);
        }
    }
}

void replay_text(const struct replay *p)
{
    int width = 0;

    for (size_t i = 0; i < p->n; i++)
        width = (int)strlen(p->file[i].path) > width ? (int)strlen(p->file[i].path) : width;
    for (size_t i = 0; i < p->n; i++) {
        const struct replay_file *f = &p->file[i];
        if (f->n && (!p->o->quiet || f->count[GICVEC_FAILED])) {
            printf("%-*s  ", width, f->path);
            put_counts(p, f->count, false);
        }
        for (size_t k = 0; k < f->n; k++)
            put_run(p, f, &f->run[k]);
    }
    put_skipped(p);
    printf("%s%zu vectors:%s ", p->c.bold, p->vectors, p->c.off);
    put_counts(p, p->count, true);
    if (p->count[GICVEC_SKIPPED] == p->vectors)
        printf("%snothing was played%s\n", p->c.red, p->c.off);
}

static void needs_text(const struct gicvec *v, char *buf, size_t n)
{
    size_t used = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < v->nneeds && used < n; i++)
        used += (size_t)snprintf(buf + used, n - used, "%s%s", i ? " " : "", v->needs[i]);
}

void replay_list(const struct replay *p)
{
    struct table *t = table_new("lrrrrll");
    char needs[200];

    table_cell(t, "VECTOR");
    table_cell(t, "CPUS");
    table_cell(t, "PRIO BITS");
    table_cell(t, "SECURITY");
    table_cell(t, "OPERATIONS");
    table_cell(t, "NEEDS");
    table_cell(t, "ABOUT");
    table_mark(t, p->c.bold, p->c.off);
    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = 0; k < p->file[i].n; k++) {
            const struct gicvec *v = p->file[i].run[k].v;
            needs_text(v, needs, sizeof needs);
            table_cell(t, "%s", v->name);
            table_cell(t, "%" PRIu32, v->config.cpus);
            table_cell(t, "%" PRIu32, v->config.prio_bits);
            table_cell(t, "%s", v->config.security ? "yes" : "no");
            table_cell(t, "%zu", v->nops);
            table_cell(t, "%s", needs);
            table_cell(t, "%s", v->about);
        }
    }
    table_print(t, 0);
    table_free(t);
}

/* ---- JUnit XML ----------------------------------------------------------------------------------- */

static void junit_case(FILE *f, const struct replay_file *file, const struct replay_run *run)
{
    const enum gicvec_verdict verdict = run->result.verdict;
    char why[WHY];

    fputs("    <testcase", f);
    xml_attribute(f, "classname", file->path);
    xml_attribute(f, "name", run->v->name);
    fputs(verdict == GICVEC_PASSED ? " time=\"0\"/>\n" : " time=\"0\">\n", f);
    if (verdict == GICVEC_PASSED)
        return;
    gicvec_explain(&run->result, why, sizeof why);
    fputs(verdict == GICVEC_FAILED ? "      <failure type=\"vector\"" : "      <skipped", f);
    xml_attribute(f, "message", why);
    if (verdict == GICVEC_FAILED) {
        fputc('>', f);
        put_place(f, file, run, xml_text);
        fputs("</failure>\n", f);
    } else {
        fputs("/>\n", f);
    }
    fputs("    </testcase>\n", f);
}

bool replay_junit(FILE *f, const void *subject)
{
    const struct replay *p = subject;

    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    fprintf(f, "<testsuites name=\"trapline replay\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\">\n",
            p->vectors, p->count[GICVEC_FAILED]);
    for (size_t i = 0; i < p->n; i++) {
        const struct replay_file *file = &p->file[i];
        if (!file->n)
            continue;
        fputs("  <testsuite", f);
        xml_attribute(f, "name", file->path);
        fprintf(f, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n", file->n,
                file->count[GICVEC_FAILED], file->count[GICVEC_SKIPPED]);
        for (size_t k = 0; k < file->n; k++)
            junit_case(f, file, &file->run[k]);
        fputs("  </testsuite>\n", f);
    }
    fputs("</testsuites>\n", f);
    return true;
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static void json_member(FILE *f, const char *name, const char *value)
{
    fprintf(f, ", \"%s\": ", name);
    json_string(f, value);
}

static void json_run(FILE *f, const struct replay_file *file, const struct replay_run *run)
{
    const struct gicvec_result *r = &run->result;
    char why[WHY];

    fputs("    {\"name\": ", f);
    json_string(f, run->v->name);
    json_member(f, "file", file->path);
    fprintf(f, ", \"line\": %u", run->v->line);
    json_member(f, "verdict", verdicts[r->verdict]);
    if (r->verdict != GICVEC_PASSED) {
        gicvec_explain(r, why, sizeof why);
        json_member(f, "why", why);
    }
    if (r->need)
        json_member(f, "need", r->need);
    if (r->op) {
        fprintf(f, ", \"at\": {\"line\": %u", r->op->line);
        json_member(f, "operation", r->op->text);
        if (r->differs)
            fprintf(f, ", \"expected\": %" PRIu32 ", \"mask\": %" PRIu32 ", \"got\": %" PRIu32, r->op->value,
                    r->op->kind == GICVEC_OUTPUT ? 1 : r->op->mask, r->got);
        fputc('}', f);
    }
    fputc('}', f);
}

bool replay_json(FILE *f, const void *subject)
{
    const struct replay *p = subject;
    const char *comma = "";

    fprintf(f, "{\n  \"schema\": 1, \"tool\": \"trapline\", \"type\": \"replay\", \"version\": \"%s\",\n",
            TRAPLINE_VERSION);
    fprintf(f, "  \"passed\": %zu, \"failed\": %zu, \"skipped\": %zu,\n  \"vectors\": [", p->count[GICVEC_PASSED],
            p->count[GICVEC_FAILED], p->count[GICVEC_SKIPPED]);
    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = 0; k < p->file[i].n; k++) {
            fprintf(f, "%s\n", comma);
            json_run(f, &p->file[i], &p->file[i].run[k]);
            comma = ",";
        }
    }
    fputs("\n  ]\n}\n", f);
    return true;
}
