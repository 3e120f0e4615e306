/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - what trapline and trapline-systemc say to each other over a pair of pipes, on one machine and in one
 * build. trapline writes a job (machine_job_save) and closes its end; the answer is frames: progress now and then, and
 * in the end the results (machine_results_save).
 */
#ifndef TRAPLINE_FRAME_H
#define TRAPLINE_FRAME_H

#include <stdint.h>

enum { FRAME_PROGRESS = 1, FRAME_RESULTS = 2 };

struct frame {
    uint64_t kind;
    uint64_t a, b; /* progress: done, total; results: bytes that follow, 0 */
};

#endif
