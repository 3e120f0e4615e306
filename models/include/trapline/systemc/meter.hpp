// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/meter.hpp - counts what interrupts cost a hypervisor, on any platform.
//
// The meter believes nothing but wires and register accesses (and, if somebody tells it, exception levels), so it
// measures someone's own hypervisor on someone's own CPU model. Two ways to attach it:
//
//     trapline::meter meter("meter");          // the GIC is a gic400: one line
//     meter.attach(gic);
//
//     bus.gic_port.bind(meter.in[0]);          // it is not: the meter stands in the way of the accesses
//     meter.out[0].bind(other_gic.socket);
//     meter.virq[0].bind(cpu0_virq);           // and looks at the wires
//
// Both count the same. docs/systemc-meter.md is the walk through it.
#pragma once

#include <trapline/machine.h>
#include <trapline/sim.h>
#include <trapline/systemc/access.hpp>
#include <trapline/systemc/gic400.hpp>

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <array>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace trapline
{

// A piece of the address map behind meter::in: a frame of the GIC, or a part of one.
struct meter_window {
    uint64_t base, size;
    gic_frame frame;
    uint32_t offset = 0;        // of its first byte in the frame
    uint32_t mask = 0xffffffff; // address bits that count within the window
    int cpu = -1;               // whose frame it is whoever asks; -1: of who asks
};

struct meter_config {
    unsigned cpus = 1; // 1 to 8

    // Which interrupts mean what to the hypervisor. Defaults are those of Linux on arm64.
    std::vector<uint32_t> kick_sgis = {0};             // "come and look": exits by them are kick_ipi
    std::vector<uint32_t> call_sgis = {1};             // function calls: ipi_call
    std::vector<uint32_t> guest_timer_ppis = {27, 30}; // CNTV, CNTP of EL1: phys_vtimer_ptimer
    std::vector<uint32_t> host_timer_ppis = {26, 28};  // CNTHP, CNTHV: host_tick
    uint32_t maintenance_ppi = 25;

    // Where the frames are behind meter::in. Accesses to other addresses pass uncounted.
    std::vector<meter_window> windows = windows_of(gic400_map::packed);
    static std::vector<meter_window> windows_of(gic400_map map);
};

// What is counted, for the CPU that made the access or has the wire: X(field, what it is).
#define TRAPLINE_METER_COUNTS(X)                                                                                       \
    /* physical interrupts */                                                                                          \
    X(irq_raised, "nIRQ or nFIQ went high")                                                                            \
    X(acks_sgi, "GICC_IAR or GICC_AIAR returned an SGI")                                                               \
    X(acks_ppi, "it returned a PPI")                                                                                   \
    X(acks_spi, "it returned an SPI")                                                                                  \
    X(spurious, "it returned 1022 or 1023")                                                                            \
    X(eois, "writes of GICC_EOIR or GICC_AEOIR")                                                                       \
    X(dirs, "writes of GICC_DIR")                                                                                      \
    X(gicc_reads, "reads of GICC, all of them")                                                                        \
    X(gicc_writes, "writes of GICC")                                                                                   \
    /* distributor */                                                                                                  \
    X(gicd_reads, "reads of GICD")                                                                                     \
    X(gicd_writes, "writes of GICD")                                                                                   \
    X(masks, "interrupts that writes of GICD_ICENABLER named")                                                         \
    X(unmasks, "interrupts that writes of GICD_ISENABLER named")                                                       \
    X(sgis_sent, "writes of GICD_SGIR")                                                                                \
    /* virtual interface control */                                                                                    \
    X(gich_reads, "reads of GICH")                                                                                     \
    X(gich_writes, "writes of GICH")                                                                                   \
    X(lr_writes_hw, "list registers filled with a hardware interrupt")                                                 \
    X(lr_writes_soft, "list registers filled with another interrupt")                                                  \
    X(lr_writes_empty, "list registers emptied")                                                                       \
    X(maintenance, "the maintenance wire went high")                                                                   \
    /* the guest */                                                                                                    \
    X(virq_raised, "nVIRQ or nVFIQ went high")                                                                         \
    X(virt_acks, "GICV_IAR or GICV_AIAR returned an interrupt")                                                        \
    X(virt_spurious, "it returned 1022 or 1023")                                                                       \
    X(virt_eois, "writes of GICV_EOIR or GICV_AEOIR")                                                                  \
    X(virt_dirs, "writes of GICV_DIR")                                                                                 \
    X(gicv_reads, "reads of GICV")                                                                                     \
    X(gicv_writes, "writes of GICV")

struct meter_counts {
#define X(field, doc) uint64_t field = 0;
    TRAPLINE_METER_COUNTS(X)
#undef X
    uint64_t acks() const
    {
        return acks_sgi + acks_ppi + acks_spi;
    }
    meter_counts &operator+=(const meter_counts &other);
};

// From an interrupt wire going high (or the last acknowledge, if it stayed high) to the read of IAR that took it.
struct meter_latency {
    uint64_t count = 0;
    sc_core::sc_time min, p50, p99, max;
};

// Exits with one cause: the time is from leaving the guest to entering it again.
struct meter_exits {
    uint64_t samples = 0;
    uint64_t timed = 0; // of these, followed by an entry: the times are theirs
    sc_core::sc_time total, min, max;
    double stddev_ns = 0.0;
};

class meter : public sc_core::sc_module, public gic400::listener
{
  public:
    using target_socket = tlm_utils::multi_passthrough_target_socket<meter, 32, tlm::tlm_base_protocol_types, 0,
                                                                     sc_core::SC_ZERO_OR_MORE_BOUND>;
    using initiator_socket = tlm_utils::multi_passthrough_initiator_socket<meter, 32, tlm::tlm_base_protocol_types, 0,
                                                                           sc_core::SC_ZERO_OR_MORE_BOUND>;
    template <typename T> using wire = sc_core::sc_port<sc_core::sc_signal_in_if<T>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

    explicit meter(sc_core::sc_module_name name, const meter_config &config = {});

    // ---- attaching -------------------------------------------------------------------------------------

    // Listens to this GIC from now on. Bind nothing of the below then, but `el` if you have it.
    void attach(gic400 &gic)
    {
        gic.add_listener(*this);
    }

    // The pass-through: what arrives on binding n of `in` leaves through binding n of `out`, or through its only one.
    // Blocking, non-blocking and debug transport; DMI is refused, since it would go past the meter. An access is that
    // of the CPU in its access_extension; without one, binding n is CPU n (a single binding: CPU 0). It counts if the
    // response is OK.
    target_socket in;
    initiator_socket out;

    // The wires of each CPU as the GIC drives them: high is asserted. All may stay unbound.
    sc_core::sc_vector<wire<bool>> irq, fiq, virq, vfiq, maintenance;

    // Optional: what each CPU executes, made by el_word(). A change of it is the same as set_el().
    sc_core::sc_vector<wire<unsigned>> el;

    // in_vm: HCR_EL2.VM, whether EL1 and EL0 are those of a guest. With it, a host at EL1 (without VHE) or its user
    // space at EL0 are told from a guest. cause: of the exit, when the level goes up and the CPU model knows it.
    static unsigned el_word(unsigned level, bool in_vm, machine_exit_cause cause = MACHINE_EXIT_COUNT)
    {
        return level | unsigned(in_vm) << 2 | (unsigned(cause) + 1) << 8;
    }
    // The same as a call. From a guest (in_vm, level below 2) to anything else is an exit, back is an entry. `at`:
    // local time of the CPU, absolute. A cpu that does not exist is ignored, and a cause that does not is none.
    void set_el(unsigned cpu, unsigned level, bool in_vm, machine_exit_cause cause = MACHINE_EXIT_COUNT);
    void set_el(unsigned cpu, unsigned level, bool in_vm, machine_exit_cause cause, const sc_core::sc_time &at);
    // Cause of a synchronous exit from ESR_EL2 (Arm ARM D13.2.37): wfx, hvc, sysreg; a data abort with a valid
    // syndrome (ISV) is mmio_user, any other abort s2fault. An address tells more: if you know that the guest's
    // distributor was meant, say mmio_gicd yourself. MACHINE_EXIT_COUNT: an exception that it does not know.
    static machine_exit_cause cause_of_esr(uint64_t esr_el2);

    // ---- results -----------------------------------------------------------------------------------------

    // Counts from 0 again, from now on: after the guest has booted, for example.
    void restart();

    const meter_counts &counts(unsigned cpu) const
    {
        return cpu_.at(cpu).counts;
    }
    meter_counts counts() const;            // of all CPUs
    uint64_t acks_of(uint32_t intid) const; // acknowledges of this physical interrupt, on any CPU
    meter_latency irq_latency() const;      // wire to GICC_IAR
    meter_latency virq_latency() const;     // wire to GICV_IAR
    // Exits so far; one whose cause the GIC will yet show counts as what it has shown. cause MACHINE_EXIT_COUNT: those
    // of which nothing tells the cause.
    meter_exits exits(machine_exit_cause cause) const;
    meter_exits exits() const;                    // of all causes
    static const char *exit_name(unsigned cause); // machine_exit_name, or "unknown"
    sc_core::sc_time elapsed() const;             // since the start, or restart()

    // The tables that `trapline run` prints: exits by cause (if exception levels are told), counts, latencies.
    void print(std::ostream &out) const;
    // Everything as one JSON object. Times are in ns.
    std::string json() const;

    // ---- gic400::listener ----------------------------------------------------------------------------------
    // Also for whoever has a source of accesses and wires of another kind.

    void gic_output(unsigned cpu, gic_pin pin, bool level) override;
    void gic_access(const gic400_access &access) override;

  private:
    using payload = tlm::tlm_generic_payload;

    // When an interrupt wire went up that has not been answered.
    struct waiting {
        unsigned high = 0; // pins, one bit each
        bool armed = false;
        sc_core::sc_time since, last_ack;
    };
    // What the GIC has shown since the exit.
    struct evidence {
        bool device, kick, call, guest_timer, host_timer;
        bool maintenance; // the wire was high at the exit
        bool spi_ended;   // an SPI that asked for it (GICH_LR.EOI) has been ended
    };
    struct exit_sum {
        uint64_t samples = 0, timed = 0;
        double mean = 0.0, squares = 0.0; // Welford's, in units of the time resolution
        sc_core::sc_time total, min, max;
    };
    struct cpu_state {
        meter_counts counts;
        waiting physical, virtual_;
        bool maintenance = false;
        std::array<uint32_t, GIC_MAX_LRS> lr{}; // as last written
        bool guest = false, open = false;       // open: an exit without an entry yet
        machine_exit_cause told = MACHINE_EXIT_COUNT;
        sc_core::sc_time left;
        evidence seen{};
    };
    struct request {
        bool counts;
        unsigned cpu;
        gic_frame frame;
        uint32_t offset;
    };

    static constexpr size_t ncauses = MACHINE_EXIT_COUNT + 1; // the last: unknown

    void end_of_elaboration() override;
    void watch_wire(wire<bool> &port, unsigned cpu, gic_pin pin);

    // meter.cpp
    void see_gicd(cpu_state &c, const gic400_access &a);
    void see_gicc(cpu_state &c, const gic400_access &a);
    void see_gich(cpu_state &c, const gic400_access &a);
    void see_gicv(cpu_state &c, const gic400_access &a);
    void see_ack(cpu_state &c, uint32_t intid);
    void answered(waiting &w, sim_hist &h, const sc_core::sc_time &at);
    machine_exit_cause cause_of(const cpu_state &c) const;
    void add_exit(machine_exit_cause cause, const sc_core::sc_time &time);

    // meter_tap.cpp
    void b_transport(int id, payload &p, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_transport_fw(int id, payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay);
    tlm::tlm_sync_enum nb_transport_bw(int id, payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay);
    unsigned transport_dbg(int id, payload &p);
    bool get_direct_mem_ptr(int id, payload &p, tlm::tlm_dmi &dmi);
    int way_out(int id);
    bool has_way_out(int id, payload &p);
    request decode(int id, const payload &p);
    void passed(const request &r, const payload &p, const sc_core::sc_time &at);

    meter_config config_;
    std::vector<cpu_state> cpu_;
    std::array<uint64_t, 1024> acks_{}; // by INTID
    std::array<exit_sum, ncauses> exits_{};
    sim_hist irq_hist_, virq_hist_; // in units of the time resolution
    sc_core::sc_time start_;
    bool levels_told_ = false;
    struct under_way {
        int in;
        request what;
        sc_core::sc_time at;
    };
    std::map<const payload *, under_way> under_way_; // of nb_transport
};

} // namespace trapline
