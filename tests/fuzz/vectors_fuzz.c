/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text is read as a file of GIC vectors; what is understood is played on lib/gic, which must keep its
 * invariants whatever it is asked to do.
 */
#include <trapline/vectors.h>

#include <stdlib.h>

static void count(void *ctx, const struct gicvec_error *e)
{
    unsigned *mistakes = ctx;

    if (!e->file || !e->message || (e->line == 0 && e->col != 0))
        abort();
    (*mistakes)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gicvec_gic options = {.check = true};
    struct gicvec_file *file = NULL;
    unsigned mistakes = 0;
    int err = gicvec_load_text("fuzz", (const char *)data, size, count, &mistakes, &file);

    if ((err == 0) != (mistakes == 0) || (err == 0) != (file != NULL))
        abort();
    for (size_t i = 0; file && i < gicvec_count(file); i++) {
        struct gicvec_result result;
        char why[300];
        gicvec_replay(gicvec_get(file, i), gicvec_gic_ops(), (void *)&options, &result);
        gicvec_explain(&result, why, sizeof why);
        if (result.why[0])
            abort();
    }
    gicvec_free(file);
    return 0;
}
