/* SPDX-License-Identifier: Apache-2.0 */
/* A user of the GIC alone: links nothing else. */
#include <trapline/gic.h>

int main(void)
{
    struct gic_config config = {.struct_size = sizeof(config), .cpus = 1, .spis = 64};
    struct gic *gic;
    if (gic_new(&config, &gic) != 0)
        return 1;
    gic_set_spi(gic, 40, true);
    gic_free(gic);
    return 0;
}
