/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c - the table of commands. */
#include "commands.h"

#define ANY ((size_t)-1)

static const char run_more[] =
    "FILE is a scenario, '-' is standard input. Every file is checked before the first one is run.\n"
    "Results go to standard output, everything else to standard error. Cost profiles are looked for\n"
    "beside the scenario, in --profile-dir, in $TRAPLINE_PROFILES (separated by ':') and where Trapline\n"
    "is installed. Results that go to '-' take the place of the tables.\n"
    "\n"
    "exit codes:\n"
    "  0    everything that is expected holds\n"
    "  1    an expectation, the baseline or a condition failed, or interrupts stormed\n"
    "  2    bad usage, scenario or baseline; nothing was run or written\n"
    "  3    the model broke an invariant of its own: please report it\n"
    "  4    an output could not be written\n"
    "  130  interrupted\n";

static const char compare_more[] =
    "Of a scenario the first mode is compared with each other one. Results are files of 'run --json=FILE' or\n"
    "baselines, told apart from scenarios by their content: of two files, modes of the same name are\n"
    "compared. '-' and pipes may be either. Metrics that do not differ are left out; -v shows them.\n"
    "\n"
    "exit codes: 0 it was compared, 1 interrupts stormed, 2 bad usage or a bad file, 3 the model broke an\n"
    "invariant of its own, 4 an output could not be written, 130 interrupted\n";

static const char replay_more[] =
    "VECTORS is a file in the format 'gicvec 1', a folder (all *.vec in it) or '-', standard input. Every file is\n"
    "checked before the first vector is played. A vector that needs a choice which this GIC does not make is\n"
    "skipped; --without makes the other choice where the GIC has one.\n"
    "\n"
    "exit codes: 0 none failed, 1 an answer differs, 2 bad usage or a bad file, nothing was played, 3 the GIC broke\n"
    "an invariant of its own, 4 an output could not be written\n";

static const char regs_more[] =
    "BLOCK is GICD, GICC, GICH, GICV or GICv2m; REGISTER is a name with or without that of its block, in capitals or "
    "not.\n"
    "Reset values are those of the first register of an array, in the default configuration.\n";

const struct command commands[] = {
    {"run",
     "FILE...",
     "Runs every mode of some scenarios, shows what it cost and checks what is expected.",
     {"trapline run scenarios/vfio-platform-direct-eoi.yaml",
      "trapline run scenario.yaml --mode forwarded --set 'traffic[0].every=2us'",
      "trapline run scenarios/*.yaml -q --baseline baseline.json --junit results.xml"},
     "mbUTFsSujJMCtefpaqvcnh",
     run_more,
     1,
     ANY,
     cmd_run},
    {"compare",
     "FILE [FILE]",
     "Lays modes of a scenario, or the results of two runs, side by side.",
     {"trapline compare scenarios/vfio-platform-direct-eoi.yaml",
      "trapline compare scenario.yaml --base trapped --with forwarded --md -",
      "trapline compare before.json after.json"},
     "BWsSujMCpaqvcnh",
     compare_more,
     1,
     2,
     cmd_compare},
    {"check",
     "FILE...",
     "Checks scenarios without running them.",
     {"trapline check scenario.yaml", "trapline check scenarios/*.yaml", "trapline check - <scenario.yaml"},
     "sSupaqch",
     "exit codes: 0 all are right, 2 at least one is not\n",
     1,
     ANY,
     cmd_check},
    {"replay",
     "VECTORS...",
     "Plays conformance vectors of a GICv2 on the GIC, and shows the first answer that differs.",
     {"trapline replay tests/gic/vectors", "trapline replay mine.vec --filter 'hw/*' -v",
      "trapline replay - --format junit <mine.vec"},
     "oglwJjqvch",
     replay_more,
     1,
     ANY,
     cmd_replay},
    {"regs",
     "[BLOCK [REGISTER]]",
     "Lists registers of the GIC, or shows the fields of one.",
     {"trapline regs GICH", "trapline regs GICD CTLR", "trapline regs gicc_ctlr --json"},
     "jch",
     regs_more,
     0,
     2,
     cmd_regs},
    {"metrics",
     "",
     "Lists the metrics that results hold and expectations may use.",
     {"trapline metrics", "trapline metrics | grep latency", NULL},
     "h",
     NULL,
     0,
     0,
     cmd_metrics},
    {"events",
     "",
     "Lists the events of a trace.",
     {"trapline events", "trapline events | grep vgic", NULL},
     "h",
     NULL,
     0,
     0,
     cmd_events},
    {"profiles",
     "[show NAME]",
     "Lists the cost profiles that are found, or shows the prices of one.",
     {"trapline profiles", "trapline profiles show arndale-a15-gicv2-3.10", NULL},
     "ph",
     NULL,
     0,
     2,
     cmd_profiles},
};
const size_t ncommands = sizeof commands / sizeof commands[0];
