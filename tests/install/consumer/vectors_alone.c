/* SPDX-License-Identifier: Apache-2.0 */
/* A user of the conformance vectors: plays one on the GIC. */
#include <string.h>
#include <trapline/vectors.h>

int main(void)
{
    static const char text[] = "gicvec 1\nvector typer\n"
                               "config cpus=2 spis=64 priobits=5 security=0 lrs=4 vpriobits=5\n"
                               "read 0 dist 0x004 4 & 0x000000ff -> 0x00000022\nend\n";
    struct gicvec_file *file;
    struct gicvec_result result;
    if (gicvec_load_text("typer", text, strlen(text), NULL, NULL, &file) != 0)
        return 1;
    enum gicvec_verdict verdict = gicvec_replay(gicvec_get(file, 0), gicvec_gic_ops(), NULL, &result);
    gicvec_free(file);
    return verdict == GICVEC_PASSED ? 0 : 1;
}
