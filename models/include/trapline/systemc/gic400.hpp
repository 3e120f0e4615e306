// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/gic400.hpp - a GIC-400 (GICv2 with virtualization) as a SystemC module with TLM-2.0 sockets.
//
//     trapline::gic400_config config;
//     config.cpus = 2;
//     trapline::gic400 gic("gic", config);
//     bus.gic_port.bind(gic.bus);  // the memory map of the GIC-400; or gic.dist, gic.cpu ... one socket a frame
//     uart.irq_out.bind(uart_irq); // sc_signal<bool>
//     gic.spi[5].bind(uart_irq);   // INTID 37
//     gic.irq[0].bind(cpu0_irq);
//
// What the GIC does is lib/gic (<trapline/gic.h>, ARM IHI 0048B); here is how a virtual platform reaches it. The whole
// story, TLM rules included, is docs/systemc.md. Mistakes in the configuration are reported with SC_REPORT_ERROR
// under the message type "/trapline/gic400".
#pragma once

#include <trapline/gic.h>
#include <trapline/gicv2m.h>
#include <trapline/systemc/access.hpp>

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trapline
{

// Where the frames lie behind gic400::bus.
enum class gic400_map {
    // As the GIC-400 has them, 32 KiB in all: GICD 0x1000, GICC 0x2000, GICH 0x4000 (that of another CPU n:
    // 0x5000 + n * 0x200), GICV 0x6000.
    packed,
    // As SoCs for 64 KiB pages wire it, 512 KiB in all: GICD 0x10000, GICC 0x20000, GICH 0x40000, GICV 0x60000. Bits
    // 18:16 of the address select the 4 KiB block that bits 14:12 select above, and bits 15:12 are ignored, so each
    // block repeats 16 times. GICC and its GICC_DIR at +0x1000 are one piece at 0x2f000, GICV at 0x6f000.
    aligned_64k,
};

// Latency that b_transport adds to its delay argument, and that nb_transport takes. See gic400_latency.hpp.
struct gic400_latency {
    sc_core::sc_time dist_read, dist_write; // GICD
    sc_core::sc_time cpu_read, cpu_write;   // GICC
    sc_core::sc_time hyp_read, hyp_write;   // GICH
    sc_core::sc_time vcpu_read, vcpu_write; // GICV
};

// A GICv2m frame beside the GIC (<trapline/gicv2m.h>), behind the socket gic400::v2m.
struct gic400_v2m {
    uint32_t base_spi = 0; // INTID of its first SPI
    uint32_t spis = 0;     // how many; nothing else may drive them
    uint32_t iidr = 0;     // MSI_IIDR; 0: Arm's
};

// Defaults are those of a GIC-400, but for the Security Extensions: they are off, since platforms without secure
// firmware are the rule.
struct gic400_config {
    unsigned cpus = 1;             // CPU interfaces, 1 to 8
    uint32_t spis = 96;            // 0 to 988
    uint32_t list_registers = 4;   // of each CPU, 1 to 64
    uint32_t priority_bits = 5;    // physical, 4 to 8; with security 5 to 8
    bool security = false;         // two security states
    uint32_t maintenance_ppi = 25; // INTID of the PPI that the maintenance output drives; 0: not wired

    // Choices that the architecture leaves open, as in struct gic_config.
    bool ppi_config_fixed = true; // GICD_ICFGR1 is read-only
    bool no_nsacr = false;
    uint32_t dist_iidr = 0, cpu_iidr = 0; // 0: GIC-400
    bool sgi_enable_writable = false;
    bool dir_any_mode = false;
    bool vrpr_idle_f8 = false;

    gic400_map map = gic400_map::packed;
    gic400_latency latency; // default: none
    bool signals = true;    // false: no wire ports; lines are calls only
    bool strict = false;    // mistakes of software that hardware ignores are answered with TLM errors
    std::optional<gic400_v2m> v2m;
};

// An access that is complete, as listeners see it.
struct gic400_access {
    unsigned cpu;
    bool secure;
    bool write;
    gic_frame frame;
    uint32_t offset;     // from the start of the frame
    unsigned size;       // bytes, 1 or 4
    uint32_t value;      // written or read
    sc_core::sc_time at; // local time of the initiator when the access began
};

// A register as gic400::find knows it.
struct gic400_register {
    gic_frame frame;
    uint32_t offset;   // from the start of the frame
    gic_register info; // row of the register table: an array over interrupts is one row
};

class gic400 : public sc_core::sc_module
{
  public:
    using target_socket = tlm_utils::multi_passthrough_target_socket<gic400, 32, tlm::tlm_base_protocol_types, 0,
                                                                     sc_core::SC_ZERO_OR_MORE_BOUND>;
    // sc_in<bool> and sc_out<bool> that may stay unbound.
    using wire_in = sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
    using wire_out = sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

    enum class socket { dist, cpu, hyp, vcpu, bus, v2m };

    explicit gic400(sc_core::sc_module_name name, const gic400_config &config = {});
    ~gic400() override;
    gic400(const gic400 &) = delete;
    gic400 &operator=(const gic400 &) = delete;

    // ---- sockets ----------------------------------------------------------------------------------
    // Each takes any number of initiators; all may stay unbound.

    target_socket dist; // Distributor, 4 KiB
    target_socket cpu;  // CPU interface of who asks, 8 KiB (GICC_DIR at 0x1000)
    target_socket hyp;  // virtual interface control of who asks, 4 KiB
    target_socket vcpu; // virtual CPU interface of who asks, 8 KiB
    target_socket bus;  // all of them: gic400_config::map
    target_socket v2m;  // GICv2m, 4 KiB; without gic400_config::v2m every access is an address error

    // Says who asks when an access without access_extension arrives on binding `index` (from 0, in the order of
    // binding) of a socket. Without this call binding n is CPU n, Non-secure, and pays the latency.
    void map_port(socket s, unsigned index, unsigned cpu_number, bool secure = false, bool timed = true);

    // ---- wires ------------------------------------------------------------------------------------
    // Empty without gic400_config::signals. All may stay unbound. Outputs are driven by one process of this module, one
    // delta cycle after their cause.

    sc_core::sc_vector<wire_in> spi;                                // spi[n]: INTID 32 + n
    sc_core::sc_vector<wire_in> ppi;                                // ppi[16 * cpu + n]: INTID 16 + n of a CPU
    sc_core::sc_vector<wire_out> irq, fiq, virq, vfiq, maintenance; // [cpu]; high: asserted
    wire_in reset; // active high. While it is high the GIC is held in reset and answers no access

    // ---- the same as calls ------------------------------------------------------------------------
    // At once, from any process and before the simulation starts. A line has one driver: its port or these.

    void set_spi(uint32_t intid, bool level);
    void set_ppi(unsigned cpu_number, uint32_t intid, bool level);
    bool output(unsigned cpu_number, gic_pin pin) const;
    // As gic_reset: every register as after creation, lines keep their level. Accesses under way in nb_transport go on.
    void warm_reset();

    // ---- being told -------------------------------------------------------------------------------

    // Its functions are called at once, within the access or line change, which is complete inside the GIC. They must
    // only latch: no access to this GIC, no change of its lines, no wait().
    struct listener {
        virtual ~listener() = default;
        virtual void gic_output(unsigned /*cpu*/, gic_pin /*pin*/, bool /*level*/)
        {
        }
        // GIC_ST_* bits of a watched interrupt; cpu is meaningful for INTID < 32
        virtual void gic_state(unsigned /*cpu*/, uint32_t /*intid*/, uint32_t /*old_bits*/, uint32_t /*new_bits*/)
        {
        }
        virtual void gic_access(const gic400_access & /*access*/)
        {
        }
    };
    // The listener must outlive the GIC's use. Listeners are called in the order in which they were added.
    void add_listener(listener &l);
    // Switches gic_state and the tracing of an interrupt (of every CPU for INTID < 32) on or off.
    void watch(uint32_t intid, bool on = true);

    // Writes the output wires of every CPU and the state (line, enabled, pending, active) of every interrupt watched so
    // far to a trace file. Call it before the simulation starts.
    void trace(sc_core::sc_trace_file *file) const override;

    // ---- looking inside ---------------------------------------------------------------------------

    // The GIC of lib/gic, for gic_check, gic_walk, gic_save, gic_stats. Accesses made on it bypass the listeners.
    struct gic *handle() const
    {
        return gic_.get();
    }
    const gic400_config &config() const
    {
        return config_;
    }
    // Latencies may be changed while the simulation runs, for example switched off to boot quickly.
    void set_latency(const gic400_latency &latency);

    // All rows of the register tables, frame by frame.
    static std::vector<gic400_register> registers();
    // A register by its name: "GICD_CTLR", or with the number of a word of an array: "GICD_ISENABLER3", "GICH_LR2".
    static std::optional<gic400_register> find(std::string_view name);
    // Reads a register by its name, without side effects; nothing if there is none of that name.
    std::optional<uint32_t> peek(std::string_view name, unsigned cpu_number = 0, bool secure = false) const;

    const char *kind() const override
    {
        return "trapline::gic400";
    }

  private:
    using payload = tlm::tlm_generic_payload;
    static constexpr unsigned nsockets = 6;

    // Who asks.
    struct asker {
        unsigned cpu;
        bool secure, timed;
    };
    // What an access means, after decoding.
    struct request {
        asker who;
        gic_frame frame;
        uint32_t offset;
        bool nothing_there; // between the frames
    };
    // An access of nb_transport under way.
    struct pending {
        payload *trans;
        socket from;
        int id;
    };
    // The responses of a binding.
    struct outbox {
        std::deque<payload *> waiting;
        bool under_way = false;   // the first has been sent and has not been ended
        bool calling = false;     // and its nb_transport_bw has not returned
        sc_core::sc_time free_at; // the end of the last one
    };
    // State bits of one watched interrupt, for sc_trace.
    struct traced {
        bool line, enabled, pending, active;
        void set(uint32_t bits);
    };
    struct free_gic {
        void operator()(struct gic *g) const;
    };
    struct free_v2m {
        void operator()(struct gicv2m *m) const;
    };

    void end_of_elaboration() override;
    template <socket S> void register_socket(target_socket &s);
    void spawn_input(wire_in &port, const char *name, unsigned cpu_number, uint32_t intid);
    void spawn(const char *name, const sc_core::sc_event &event, void (gic400::*body)());
    void drive_outputs();
    void follow_reset();
    static void on_output(void *ctx, unsigned cpu_number, enum gic_pin pin, bool level);
    static void on_state(void *ctx, unsigned cpu_number, uint32_t intid, uint32_t old_bits, uint32_t new_bits);

    // gic400_access.cpp: the TLM rules
    template <socket S> void b_transport(int id, payload &trans, sc_core::sc_time &delay);
    template <socket S> unsigned transport_dbg(int id, payload &trans);
    template <socket S> bool get_direct_mem_ptr(int id, payload &trans, tlm::tlm_dmi &dmi);
    asker who_asks(socket s, int id, const payload &trans) const;
    request decode(socket s, asker who, uint64_t address) const;
    uint32_t touch(const request &r, bool write, unsigned size, uint32_t value);
    tlm::tlm_response_status serve(socket s, int id, payload &trans, sc_core::sc_time &delay);
    tlm::tlm_response_status serve_v2m(payload &trans);
    void tell_access(const request &r, bool write, unsigned size, uint32_t value, const sc_core::sc_time &delay);
    uint32_t peek_word(socket s, asker who, uint64_t address) const;

    // gic400_nonblocking.cpp: the base protocol
    template <socket S>
    tlm::tlm_sync_enum nb_transport_fw(int id, payload &trans, tlm::tlm_phase &phase, sc_core::sc_time &delay);
    tlm::tlm_sync_enum begin_request(socket s, int id, payload &trans, sc_core::sc_time &delay);
    void end_response(socket s, int id, const sc_core::sc_time &delay);
    void serve_by(socket s, int id, payload &trans, sc_core::sc_time &delay);
    void advance_pending();
    void wake_for_pending();
    void send_responses(socket s, int id, outbox &box);
    static void end_first(outbox &box, const sc_core::sc_time &delay);
    void end_of_simulation() override;
    target_socket &of(socket s);

    gic400_config config_;
    std::array<std::array<sc_core::sc_time, 2>, GIC_NFRAMES> latency_; // [frame][write]
    std::unique_ptr<struct gic, free_gic> gic_;
    std::unique_ptr<struct gicv2m, free_v2m> v2m_frame_;
    std::array<std::vector<asker>, nsockets> ports_; // what map_port said, by socket and binding
    std::vector<listener *> listeners_;
    bool in_reset_ = false;

    std::array<std::array<bool, GIC_MAX_CPUS>, GIC_NPINS> level_{}; // of the outputs
    std::array<uint32_t, GIC_NPINS> changed_{};                     // CPUs whose output the process has to drive
    sc_core::sc_event outputs_changed_;
    std::map<std::pair<unsigned, uint32_t>, std::unique_ptr<traced>> traced_;

    std::multimap<sc_core::sc_time, pending> requests_, responses_; // by the time at which they are due
    std::map<std::pair<socket, int>, outbox> outbox_;               // by binding
    sc_core::sc_event pending_due_;
};

} // namespace trapline
