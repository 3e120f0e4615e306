// SPDX-License-Identifier: Apache-2.0
//
// trapline-systemc: runs one machine under SystemC. `trapline run --engine systemc` starts it once for each file and
// mode, since libsystemc owns main() and elaborates once. The job comes on standard input and the results leave by
// standard output (frame.h); there is nothing in it for people.
#include "frame.h"

#include <trapline/systemc/gic400.hpp>
#include <trapline/systemc/kvm_host.hpp>
#include <trapline/version.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

namespace
{

enum { EXIT_JOB = 2, EXIT_SIMULATION = 3, EXIT_PIPE = 4 };

std::vector<unsigned char> read_all(int fd)
{
    std::vector<unsigned char> all;
    unsigned char part[65536];
    for (;;) {
        const ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return all;
        all.insert(all.end(), part, part + n);
    }
}

void write_all(const void *data, size_t size)
{
    const auto *p = static_cast<const unsigned char *>(data);
    while (size) {
        const ssize_t n = write(STDOUT_FILENO, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(EXIT_PIPE); // nobody reads any more
        p += n;
        size -= static_cast<size_t>(n);
    }
}

void progress(void * /*ctx*/, uint64_t done, uint64_t total)
{
    const frame f = {FRAME_PROGRESS, done, total};
    write_all(&f, sizeof f);
}

int usage()
{
    std::fputs("trapline-systemc: started by 'trapline run --engine systemc FILE'; it reads no scenarios itself\n",
               stderr);
    return EXIT_JOB;
}

int run(const std::vector<unsigned char> &job)
{
    struct gic_config gc;
    if (machine_job_gic_config(job.data(), job.size(), &gc) != 0) {
        std::fputs("trapline-systemc: this is no job of a trapline of the same build\n", stderr);
        return EXIT_JOB;
    }
    trapline::gic400 gic("gic", trapline::kvm_host::gic_config(gc));
    trapline::kvm_host host("host", [&job](const machine_outside *outside, machine **out, char *why, size_t n) {
        return machine_job_load(job.data(), job.size(), outside, out, why, n);
    });
    host.connect(gic);
    host.on_built = [](machine *m) { machine_on_progress(m, progress, nullptr); };
    sc_core::sc_start();
    if (!host.finished()) {
        std::fprintf(stderr, "trapline-systemc: the simulation ended before the machine did: %s\n",
                     host.error().c_str());
        return EXIT_SIMULATION;
    }
    std::vector<unsigned char> results(machine_results_size(host.handle()));
    (void)machine_results_save(host.handle(), results.data(), results.size());
    const frame f = {FRAME_RESULTS, results.size(), 0};
    write_all(&f, sizeof f);
    write_all(results.data(), results.size());
    return 0;
}

} // namespace

int sc_main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::puts("trapline-systemc " TRAPLINE_VERSION);
        return 0;
    }
    if (argc != 1 || isatty(STDIN_FILENO))
        return usage();
    // SystemC's messages must not get between the frames.
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    return run(read_all(STDIN_FILENO));
}
