// SPDX-License-Identifier: Apache-2.0
#include "core.hpp"

#include <iostream>

using namespace sc_core;

core::core(sc_module_name name, unsigned number, uint64_t reset_pc, sc_time period)
    : sc_module(name), bus("bus"), irq("irq"), cpu_(number, reset_pc, *this), period_(period)
{
    id_.cpu = number;
    payload_.set_extension(&id_);
    SC_THREAD(run);
    set_stack_size(1 << 20); // the engine runs on it
    SC_METHOD(see_irq);
    sensitive << irq;
    dont_initialize();
}

core::~core()
{
    payload_.clear_extension(&id_); // it is not the payload's to delete
}

// The wire may change while the thread below waits in the middle of an access.
void core::see_irq()
{
    cpu_.set_irq(irq.read());
}

// Turns the instructions executed since the last call into local time.
void core::account()
{
    keeper_.inc(sc_time::from_value(period_.value() * (cpu_.instructions() - accounted_)));
    accounted_ = cpu_.instructions();
}

void core::run()
{
    const auto budget = int64_t(tlm::tlm_global_quantum::instance().get() / period_);
    keeper_.reset();
    for (;;) {
        const engine::stop why = cpu_.run(budget > 0 ? budget : 1);
        account();
        if (why == engine::stop::error) {
            std::cerr << cpu_.error() << std::endl;
            sc_stop();
            return;
        }
        // In WFI the core gives up its time, else only if the quantum is used up.
        if (why == engine::stop::wfi || keeper_.need_sync())
            keeper_.sync();
        if (why == engine::stop::wfi && !irq.read()) {
            wait(irq.posedge_event());
            keeper_.reset();
        }
    }
}

/*
 * Devices are accessed at their own time, not ahead of it: what the others have done until then is seen. Waiting again
 * after the access lets a change of the interrupt wire arrive before the next instruction, so that an interrupt which
 * has been acknowledged or masked is not taken once more.
 */
void core::access(tlm::tlm_command command, uint64_t address, unsigned size, void *data)
{
    account();
    keeper_.sync();

    tlm::tlm_generic_payload &p = payload_;
    sc_time delay = SC_ZERO_TIME;
    p.set_command(command);
    p.set_address(address);
    p.set_data_ptr(static_cast<unsigned char *>(data));
    p.set_data_length(size);
    p.set_streaming_width(size);
    p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    bus->b_transport(p, delay);
    if (p.is_response_error())
        std::cerr << name() << ": " << p.get_response_string() << " at 0x" << std::hex << address << std::dec << "\n";
    accesses_++;
    keeper_.inc(delay);
    keeper_.sync();
}

uint64_t core::read(uint64_t address, unsigned size)
{
    uint64_t value = 0; // the engine and this host are little-endian
    access(tlm::TLM_READ_COMMAND, address, size, &value);
    return value;
}

void core::write(uint64_t address, unsigned size, uint64_t value)
{
    access(tlm::TLM_WRITE_COMMAND, address, size, &value);
}

// 62.5 MHz, as CNTFRQ_EL0 says.
uint64_t core::counter()
{
    account();
    return uint64_t(keeper_.get_current_time() / sc_time(16, SC_NS));
}
