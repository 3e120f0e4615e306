// SPDX-License-Identifier: Apache-2.0
// A virtual machine with one vCPU on CPU 0: vgic and irqfds over the host of tests/host.
#ifndef TRAPLINE_TESTS_IRQFD_VM_HPP
#define TRAPLINE_TESTS_IRQFD_VM_HPP

#include "rig.hpp"

#include <trapline/irqfd.h>

class Vm : public Rig
{
  public:
    static constexpr unsigned kIrqs = 96; // SPIs 32 to 95: pins 0 to 63

    Vm();
    ~Vm() override;

    irqfd_vm_config config();
    // What the guest does to an SPI first: trigger, target CPU 0, enable.
    void spi(uint32_t intid, bool level);
    // Enters the guest, acknowledges, ends and leaves again. What was acknowledged.
    uint32_t guest();
    int64_t set_irq(uint32_t gsi, bool level)
    {
        return call(0, irqfd_set_irq_proc, vm, gsi, level, 0);
    }
    const vgic_irq &virq(uint32_t intid) const
    {
        return *vgic_irq_get(v, 0, intid);
    }
    const irqfd_stats &stats() const
    {
        return *irqfd_stats_get(vm);
    }

    struct vgic *v = nullptr;
    irqfd_vm *vm = nullptr;
    unsigned halts = 0, resumes = 0;
    int halt_result = 0;
};

class VmTest : public ::testing::Test
{
  protected:
    VmTest()
    {
        for (unsigned i = 0; i < e.size(); i++)
            host_eventfd_init(&e[i], vm.host, i, i >= kResample);
        vm.traced();
    }
    int assign(unsigned fd, uint32_t gsi, unsigned event, int resample = -1)
    {
        return irqfd_assign(vm.vm, &fds[fd], gsi, &e[event],
                            resample < 0 ? nullptr : &e[static_cast<unsigned>(resample)]);
    }
    static constexpr unsigned kResample = 4;
    Vm vm;
    std::array<host_eventfd, 8> e = {}; // 0 to 3: triggers; 4 to 7: resamplefds
    std::array<irqfd, 4> fds = {};
};

#endif
