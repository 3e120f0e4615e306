// SPDX-License-Identifier: Apache-2.0
//
// libsystemc has main() and calls this. A program elaborates once, so only one test of a program can run in a process.
#include <gtest/gtest.h>

#include <systemc>

int sc_main(int argc, char **argv)
{
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
