/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - trapline: runs and checks scenarios. */
#include "commands.h"
#include "output.h"

#include <stdio.h>
#include <trapline/version.h>

int main(int argc, char **argv)
{
    const struct command *cmd;
    struct options o;
    int code = EXIT_USAGE;

    if (options_parse(argc, argv, &o, &cmd)) {
        code = EXIT_HOLDS;
        if (o.help)
            options_help(cmd);
        else if (o.version)
            puts("trapline " TRAPLINE_VERSION);
        else
            code = cmd->run(&o);
    }
    options_free(&o);
    return output_finish(code);
}
