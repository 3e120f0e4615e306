/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_fuzz.c - a text is read as a scenario. It is accepted, or refused with at least one error in
 * words; the first errors have a place in the text. It is not run.
 */
#include <trapline/scenario.h>

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    static const char *const dirs[] = {TRAPLINE_SOURCE_DIR "/profiles"};
    struct scenario_options opt = {.struct_size = sizeof(opt), .profile_dirs = dirs, .nprofile_dirs = 1};
    struct scenario_diags *diags = NULL;
    struct scenario *s = NULL;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (!nowhere || scenario_diags_new(&diags) != 0)
        return 0;
    int err = scenario_load_text("fuzz.yaml", (const char *)data, size, &opt, diags, &s);
    if ((err != 0) != (scenario_diags_count(diags) != 0))
        abort();
    if (err == 0) {
        for (size_t mode = 0; mode < scenario_modes(s); mode++)
            if (!scenario_mode_config(s, mode) || scenario_mode_find(s, scenario_mode_name(s, mode)) != (int)mode)
                abort();
        (void)scenario_mode_interrupts(s, 0);
    }
    scenario_diags_print(diags, nowhere, true);
    scenario_free(s);
    scenario_diags_free(diags);
    return 0;
}
