// SPDX-License-Identifier: Apache-2.0
// host_check() names what is broken: each test breaks one rule from outside and mends it again.
#include "rig.hpp"

#include <cerrno>

namespace
{

class Check : public HostTest
{
  protected:
    std::string broken() const
    {
        char why[128] = "";
        const int ret = host_check(rig.host, why, sizeof why);
        EXPECT_EQ(ret, why[0] ? -EFAULT : 0);
        return why;
    }
    host_irq &raw(uint32_t intid)
    {
        return const_cast<host_irq &>(rig.irq(intid));
    }
};

TEST_F(Check, SoundHostHasNothingToSay)
{
    Handler h;
    EXPECT_EQ(broken(), "");
    request(36, h, true);
    EXPECT_EQ(broken(), "");
    host_disable_irq_nosync(rig.host, 36);
    EXPECT_EQ(broken(), "");
}

TEST_F(Check, EnabledButMasked)
{
    Handler h;
    request(36, h, true);
    raw(36).masked = true;
    EXPECT_EQ(broken(), "host interrupt 36 is enabled (depth 0) but masked in the distributor");
    raw(36).masked = false;
}

TEST_F(Check, RunsWhatDoesNotRun)
{
    host_current(rig.host, 1)->state = HOST_SLEEPING;
    EXPECT_EQ(broken(), "pCPU 1 runs thread 1, which is not running there");
    host_current(rig.host, 1)->state = HOST_RUNNING;
}

TEST_F(Check, RunsWhatBelongsElsewhere)
{
    host_current(rig.host, 0)->cpu = 1;
    EXPECT_EQ(broken(), "pCPU 0 runs thread 0, which is not running there");
    host_current(rig.host, 0)->cpu = 0;
}

TEST_F(Check, TextIsOptional)
{
    host_current(rig.host, 0)->cpu = 1;
    EXPECT_EQ(host_check(rig.host, nullptr, 0), -EFAULT);
    host_current(rig.host, 0)->cpu = 0;
}

} // namespace
