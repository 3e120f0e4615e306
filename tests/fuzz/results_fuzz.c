/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results_fuzz.c - a text is read as a result file or a baseline. An accepted baseline can be written and
 * reads again; the modes of both can be laid side by side.
 */
#include <trapline/scenario_results.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const char *json)
{
    struct scenario_diags *diags = NULL;
    struct results *r = NULL;
    if (scenario_diags_new(&diags) != 0)
        return;
    if (results_read_text("again.json", json, strlen(json), diags, &r) != 0) {
        fputs(json, stderr);
        scenario_diags_print(diags, stderr, false);
        abort();
    }
    results_free(r);
    scenario_diags_free(diags);
}

static void compare_modes(const struct results *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct results_scenario *s = &r->scenario[i];
        if (!results_scenario_find(r, s->name))
            abort();
        for (size_t m = 0; m < s->n; m++) {
            size_t n = 0;
            free(results_diff(r, &s->mode[0], &s->mode[m], &n));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    struct scenario_diags *diags = NULL;
    struct results *r = NULL, *nothing = NULL;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (!nowhere || scenario_diags_new(&diags) != 0)
        return 0;
    int err = results_read_text("fuzz.json", (const char *)data, size, diags, &r);
    if ((err != 0) != (scenario_diags_count(diags) != 0))
        abort();
    if (err == 0) {
        compare_modes(r);
        /* A result file does not hold what a baseline needs. */
        if (r->kind == RESULTS_BASELINE && baseline_new(&nothing) == 0) {
            char *json = baseline_json(r, nothing, "fuzz");
            if (json)
                read_again(json);
            free(json);
        }
    }
    scenario_diags_print(diags, nowhere, false);
    results_free(nothing);
    results_free(r);
    scenario_diags_free(diags);
    return 0;
}
