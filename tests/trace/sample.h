/* SPDX-License-Identifier: Apache-2.0 */
/* sample.h - small traces made by hand through the writer, for the tests of this folder. */
#ifndef TRAPLINE_TESTS_TRACE_SAMPLE_H
#define TRAPLINE_TESTS_TRACE_SAMPLE_H

#include <string>
#include <trapline/trace_file.h>

namespace sample
{

/* The samples by name: modes, ideal, cycles, banked, empty, nothing. */
const char *const *names();

/* Options with names for the causes of exits. */
const trace_writer_options *options();

/* Writes a sample's runs; the caller opens and closes. false: there is no sample of that name. */
bool write(trace_writer *w, const std::string &name);

} // namespace sample

#endif
