// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/kvm_host.hpp - a host with KVM and its guests, as an initiator.
//
// The machine of lib/machine (host kernel, KVM, VFIO, guests, user space) behind TLM sockets: every access to the GIC
// is a transaction to a gic400. The machine keeps its own time in ticks and SystemC follows it, so the results are
// those of machine_run(), byte for byte, while devices and everything else on the platform may be SystemC's.
//
//     trapline::gic400 gic("gic", trapline::kvm_host::gic_config(config));
//     trapline::kvm_host host("host", config);
//     host.connect(gic);
//     sc_core::sc_start();
//     machine_metric_find(host.handle(), "exits.total")->u ...
//
// Simulated time 0 is the end of the machine's set-up, which happens before the simulation starts.
#pragma once

#include <trapline/machine_engine.h>
#include <trapline/systemc/gic400.hpp>
#include <trapline/systemc/irq_source.hpp>
#include <trapline/systemc/meter.hpp>

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace trapline
{

class kvm_host : public sc_core::sc_module, private gic400::listener
{
  public:
    // One socket a frame. Accesses carry an access_extension: CPU, Non-secure, not timed (the machine charges its own).
    using initiator_socket = tlm_utils::simple_initiator_socket<kvm_host>;
    initiator_socket dist, cpu, hyp, vcpu;

    // The configuration and its arrays are read when the simulation starts and must live until then.
    kvm_host(sc_core::sc_module_name name, const machine_config &config);
    // The same for a machine from elsewhere: `build` is called once, with the hardware to build it on, and returns what
    // machine_new and machine_job_load do.
    using builder = std::function<int(const machine_outside *, machine **, char *why, size_t n)>;
    kvm_host(sc_core::sc_module_name name, builder build);
    ~kvm_host() override;
    kvm_host(const kvm_host &) = delete;
    kvm_host &operator=(const kvm_host &) = delete;

    // The GIC that a machine needs; wires as calls.
    static gic400_config gic_config(const machine_config &config);
    static gic400_config gic_config(const struct gic_config &config);

    // Binds the four sockets and listens to the GIC's wires. Once, before the simulation starts.
    void connect(gic400 &gic);
    // Device `device` of the configuration is this source: its traffic comes from SystemC, the machine expects as much
    // as its configuration says. All devices with a line have to be connected, or none. drive: the source's wire
    // reaches the GIC as a call; otherwise bind source.line to gic400::spi yourself. Takes source.sink and
    // source.on_raise for itself.
    void connect(unsigned device, irq_source &source, bool drive = true);

    // Called at every world switch: the CPU is in a guest now, or has left it. cause: of an exit by the guest's own
    // exception; MACHINE_EXIT_COUNT: by an interrupt. Set it before the simulation starts.
    std::function<void(unsigned cpu, bool in_guest, machine_exit_cause cause)> on_world_switch;
    // The usual one: this meter learns the exception levels, and counts from the end of set-up on.
    void tell(meter &m);

    // Called when the machine has been built and has not yet been started: the place for machine_add_sink and
    // machine_watch_accesses.
    std::function<void(machine *)> on_built;
    // Called at the end of set-up, which is time 0: what the platform has counted so far is not of the run.
    std::function<void()> on_set_up;

    // Notified when the run has come to its end.
    sc_core::sc_event done;
    bool finished() const
    {
        return finished_;
    }
    // What machine_new or machine_run returned, and its sentence.
    int status() const
    {
        return status_;
    }
    const std::string &error() const
    {
        return error_;
    }
    // The machine with its results; nullptr if it could not be built.
    machine *handle() const
    {
        return machine_.get();
    }
    // A time of the machine, as simulated time: rounded down to the time resolution. Times before the end of set-up are
    // 0, times beyond SystemC's are sc_max_time().
    sc_core::sc_time time_of(sim_tick at) const;

    const char *kind() const override
    {
        return "trapline::kvm_host";
    }

  private:
    struct source {
        irq_source *of;
        bool drive;
        uint32_t spi;
    };
    struct free_machine {
        void operator()(machine *m) const
        {
            machine_free(m);
        }
    };

    void start_of_simulation() override;
    void run();
    void end();
    uint32_t access(bool write, unsigned cpu_number, gic_frame frame, uint32_t offset, uint32_t value);
    void world_switch(const sim_record &r);
    std::string wrong_devices();
    bool wires_have_settled();
    bool sleeps_until(sim_tick at);
    void remember_fault(const std::string &what);
    void report_fault();
    void refuse(const std::string &sentence, const std::string &what);
    void follow_time();
    void from_outside();
    void line_moved(unsigned device, bool level);
    void cause(unsigned device);
    void gic_output(unsigned cpu_number, gic_pin pin, bool level) override;
    void gic_state(unsigned cpu_number, uint32_t intid, uint32_t old_bits, uint32_t new_bits) override;

    builder build_;
    const machine_config *config_ = nullptr;
    gic400 *gic_ = nullptr;
    machine_outside outside_{};
    std::map<unsigned, source> sources_;
    std::map<uint32_t, unsigned> line_users_; // devices that hold each SPI up
    std::unique_ptr<machine, free_machine> machine_;

    tlm::tlm_generic_payload trans_; // one for all accesses: they do not overlap
    access_extension who_{0, false, false};
    std::array<initiator_socket *, GIC_NFRAMES> socket_{};

    sc_core::sc_event wake_;
    sim_tick origin_ = 0;
    uint64_t units_per_second_ = 0;                // of the time resolution
    static constexpr unsigned settling_deltas = 4; // source, signal, GIC, and one more
    sc_core::sc_time instant_;                     // at which deltas_left_ counts
    unsigned deltas_left_ = settling_deltas;
    bool signal_moves_ = false; // a source that drives a signal has changed its level
    bool stepping_ = false;     // within a step of the machine
    bool finished_ = false;
    std::string fault_; // to be reported
    int status_ = 0;
    std::string error_;
};

} // namespace trapline
