/* SPDX-License-Identifier: Apache-2.0 */
/* make_sample.cpp - make_sample NAME FILE: writes one of the samples, for the test of the command line. */
#include "sample.h"

#include <cstdio>

int main(int argc, char **argv)
{
    trace_writer *w = nullptr;
    int ret;

    if (argc != 3) {
        std::fprintf(stderr, "usage: make_sample NAME FILE\n");
        return 2;
    }
    ret = trace_writer_open(&w, argv[2], sample::options());
    if (ret == 0 && !sample::write(w, argv[1])) {
        trace_writer_abort(w);
        std::fprintf(stderr, "there is no sample '%s'\n", argv[1]);
        return 2;
    }
    if (ret == 0)
        ret = trace_writer_close(w);
    if (ret)
        std::fprintf(stderr, "%s: %s\n", argv[2], trapline_strerror(ret));
    return ret ? 4 : 0;
}
