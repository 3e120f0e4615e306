// SPDX-License-Identifier: Apache-2.0
// One VFIO platform interrupt, SPI 36, over the host of tests/host.
#ifndef TRAPLINE_TESTS_VFIO_FIXTURE_HPP
#define TRAPLINE_TESTS_VFIO_FIXTURE_HPP

#include "rig.hpp"

#include <cerrno>

#include <trapline/vfio.h>

class Vfio : public ::testing::Test
{
  protected:
    static constexpr uint32_t kIrq = 36;

    Vfio()
    {
        host_eventfd_init(&trigger, rig.host, 0, false);
        host_eventfd_init(&other, rig.host, 1, false);
        host_eventfd_init(&unmask, rig.host, 2, true);
    }
    ~Vfio() override
    {
        EXPECT_EQ(broken(), "");
    }
    // Opens the interrupt only.
    void open(bool level, bool shared = false, unsigned cpu = 0)
    {
        ASSERT_EQ(vfio_platform_irq_open(&v, rig.host, &rig.sim, kIrq, level, shared, cpu), 0);
        rig.writes();
        rig.traced();
    }
    // Opens it, sets the trigger and the unmask eventfd: what user space does for a resampled level.
    void set_up(bool level, unsigned cpu = 0)
    {
        open(level, false, cpu);
        vfio_platform_set_trigger(&v, &trigger);
        if (level) {
            ASSERT_EQ(vfio_platform_set_unmask_fd(&v, &unmask), 0);
        }
        rig.writes();
        rig.traced();
    }
    // The line is `level` for a level interrupt, pulses for an edge.
    void fire()
    {
        if (v.level)
            rig.line(kIrq, true);
        else
            rig.pulse(kIrq);
        rig.run();
        rig.on(0);
    }
    unsigned depth() const
    {
        return rig.irq(kIrq).depth;
    }
    int add()
    {
        return v.producer.add_consumer(&v.producer, nullptr);
    }
    int del()
    {
        return v.producer.del_consumer(&v.producer, nullptr);
    }
    int stop()
    {
        return v.producer.stop(&v.producer);
    }
    int start()
    {
        return v.producer.start(&v.producer);
    }
    std::string broken() const
    {
        char why[128] = "";
        const int ret = vfio_platform_check(&v, why, sizeof why);
        EXPECT_EQ(ret, why[0] ? -EFAULT : 0);
        return why;
    }

    Rig rig;
    vfio_platform_irq v = {};
    host_eventfd trigger = {}, other = {}, unmask = {};
};

#endif
