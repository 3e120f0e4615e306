/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRAPLINE_COMMANDS_H
#define TRAPLINE_COMMANDS_H

#include "options.h"

/* Each returns an exit code. */
int cmd_run(const struct options *o);
int cmd_compare(const struct options *o);
int cmd_check(const struct options *o);
int cmd_metrics(const struct options *o);
int cmd_events(const struct options *o);
int cmd_profiles(const struct options *o);
int cmd_replay(const struct options *o);
int cmd_regs(const struct options *o);

#endif
