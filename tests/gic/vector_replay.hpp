// SPDX-License-Identifier: Apache-2.0
//
// Reads GIC vectors (format 1, see vectors/FORMAT.md) and plays them on lib/gic.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace trapline_test
{

struct Operation {
    enum Kind { Write, Read, Spi, Ppi, Output } kind;
    unsigned cpu = 0;
    bool secure = false;
    unsigned frame = 0; // enum gic_frame
    uint32_t offset = 0;
    unsigned size = 0;
    uint32_t intid = 0;
    unsigned pin = 0; // enum gic_pin
    uint32_t mask = 0xffffffff;
    uint32_t value = 0; // written, expected, or the level
    std::string text;   // the line in the file
};

struct Vector {
    std::string name, about, file;
    unsigned cpus = 1, spis = 256, priobits = 8, security = 0, lrs = 4, vpriobits = 5;
    std::set<std::string> needs;
    std::vector<Operation> operations;

    // The name as an identifier of Google Test.
    std::string test_name() const;
};

struct ReplayResult {
    bool passed = true;
    std::string message; // the first operation that differs
};

// All vectors of the .vec files of a directory, in the order of file names. Throws std::runtime_error with
// file and line if a line is not understood.
std::vector<Vector> load_vectors(const std::string &directory);

// Plays a vector on a fresh GIC, with gic_check after every operation.
ReplayResult replay(const Vector &vector);

} // namespace trapline_test
