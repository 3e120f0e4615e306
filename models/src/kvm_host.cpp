// SPDX-License-Identifier: Apache-2.0
//
// Time: the machine's ticks are the truth. A process runs every event of the machine at the simulated time that follows
// from its tick; that time is read back only for what comes from outside (a device of SystemC's, another initiator),
// and then never moves an event of the machine.
#include <trapline/systemc/kvm_host.hpp>

#include <trapline/events.h>

#include <cerrno>
#include <utility>

using sc_core::sc_time;

namespace trapline
{

namespace
{

constexpr const char *report_type = "/trapline/kvm_host";

enum class rounding { down, up };

// a * b / c without overflow in between; what does not fit into 64 bits is their greatest number.
uint64_t scale(uint64_t a, uint64_t b, uint64_t c, rounding r)
{
    __extension__ using wide = unsigned __int128;
    const wide exact = (static_cast<wide>(a) * b + (r == rounding::up ? c - 1 : 0)) / c;
    constexpr uint64_t most = ~uint64_t{0};
    return exact > most ? most : static_cast<uint64_t>(exact);
}

} // namespace

gic400_config kvm_host::gic_config(const struct gic_config &gc)
{
    gic400_config c;
    c.cpus = gc.cpus;
    c.spis = gc.spis;
    c.list_registers = gc.lrs;
    c.priority_bits = gc.prio_bits;
    c.maintenance_ppi = gc.maint_ppi;
    c.ppi_config_fixed = gc.ppi_config_fixed;
    c.signals = false;
    return c;
}

gic400_config kvm_host::gic_config(const machine_config &config)
{
    struct gic_config gc;
    machine_gic_config(&config, &gc);
    return gic_config(gc);
}

kvm_host::kvm_host(sc_core::sc_module_name name, const machine_config &config)
    : kvm_host(name, [this](const machine_outside *outside, machine **out, char *why, size_t n) {
          machine_config c = *config_;
          c.outside = outside;
          return machine_new(&c, out, why, n);
      })
{
    config_ = &config;
}

kvm_host::kvm_host(sc_core::sc_module_name name, builder build)
    : sc_module(name), dist("dist"), cpu("cpu"), hyp("hyp"), vcpu("vcpu"),
      build_(std::move(build)), socket_{&dist, &cpu, &hyp, &vcpu}
{
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&wake_);
    sc_core::sc_spawn([this] { run(); }, "run", &options);
}

// The payload is a member: it must not delete an extension that is one too.
kvm_host::~kvm_host()
{
    trans_.clear_extension<access_extension>();
}

void kvm_host::connect(gic400 &gic)
{
    gic_ = &gic;
    dist.bind(gic.dist);
    cpu.bind(gic.cpu);
    hyp.bind(gic.hyp);
    vcpu.bind(gic.vcpu);
    gic.add_listener(*this);
}

void kvm_host::connect(unsigned device, irq_source &s, bool drive)
{
    sources_[device] = {&s, drive, 0};
    s.sink = [this, device](bool level) { line_moved(device, level); };
    // A cause that moves the line is told by the line, before it moves.
    s.on_raise = [this, device](const irq_source &, bool coalesced) {
        if (coalesced)
            cause(device);
    };
}

sc_time kvm_host::time_of(sim_tick at) const
{
    if (at <= origin_)
        return sc_core::SC_ZERO_TIME;
    return sc_time::from_value(scale(at - origin_, units_per_second_, machine_tick_hz(machine_.get()), rounding::down));
}

// ---- errors --------------------------------------------------------------------------------------------

// A report throws as a rule, and must not do so through the machine, which is C: it is made when that has returned.
void kvm_host::remember_fault(const std::string &what)
{
    if (fault_.empty())
        fault_ = what;
}

void kvm_host::report_fault()
{
    const std::string what = std::move(fault_);
    fault_.clear();
    if (!what.empty())
        SC_REPORT_ERROR(report_type, what.c_str());
}

// There will be no run.
void kvm_host::refuse(const std::string &sentence, const std::string &what)
{
    machine_.reset();
    error_ = sentence;
    SC_REPORT_ERROR(report_type, what.c_str());
}

// ---- accesses ------------------------------------------------------------------------------------------

uint32_t kvm_host::access(bool write, unsigned cpu_number, gic_frame frame, uint32_t offset, uint32_t value)
{
    sc_time delay;
    who_.cpu = cpu_number;
    trans_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    trans_.set_address(offset);
    trans_.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
    trans_.set_data_length(4);
    trans_.set_streaming_width(4);
    trans_.set_byte_enable_ptr(nullptr);
    trans_.set_dmi_allowed(false);
    trans_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    (*socket_[frame])->b_transport(trans_, delay);
    if (trans_.is_response_error())
        remember_fault("the GIC answers with " + trans_.get_response_string());
    else if (delay != sc_core::SC_ZERO_TIME)
        remember_fault("the GIC takes time for an access that is not timed");
    return value;
}

// ---- from its start to its end --------------------------------------------------------------------------

void kvm_host::start_of_simulation()
{
    if (!gic_) {
        SC_REPORT_ERROR(report_type, "connect() it to a gic400 first");
        return;
    }
    units_per_second_ = sc_time(1, sc_core::SC_SEC).value();
    trans_.set_extension(&who_);
    outside_.struct_size = sizeof outside_;
    outside_.ctx = this;
    outside_.gic = gic_->handle();
    outside_.read = [](void *ctx, unsigned c, gic_frame frame, uint32_t offset) {
        return static_cast<kvm_host *>(ctx)->access(false, c, frame, offset, 0);
    };
    outside_.write = [](void *ctx, unsigned c, gic_frame frame, uint32_t offset, uint32_t value) {
        static_cast<kvm_host *>(ctx)->access(true, c, frame, offset, value);
    };
    outside_.set_spi = [](void *ctx, uint32_t intid, bool level) {
        static_cast<kvm_host *>(ctx)->gic_->set_spi(intid, level);
    };
    outside_.set_ppi = [](void *ctx, unsigned c, uint32_t intid, bool level) {
        static_cast<kvm_host *>(ctx)->gic_->set_ppi(c, intid, level);
    };
    outside_.devices = !sources_.empty();
    outside_.device_clear = [](void *ctx, unsigned device) {
        static_cast<kvm_host *>(ctx)->sources_.at(device).of->clear();
    };
    outside_.device_reset = [](void *ctx, unsigned device) {
        static_cast<kvm_host *>(ctx)->sources_.at(device).of->reset();
    };

    char why[256] = "";
    machine *m = nullptr;
    stepping_ = true;
    status_ = build_(&outside_, &m, why, sizeof why);
    stepping_ = false;
    machine_.reset(m);
    if (!m) {
        const std::string sentence = *why ? why : trapline_strerror(status_);
        refuse(sentence, "the machine cannot be built: " + sentence);
        return;
    }
    if (const std::string wrong = wrong_devices(); !wrong.empty()) {
        status_ = -EINVAL;
        refuse(wrong, wrong);
        return;
    }
    if (on_world_switch) {
        const sim_sink sink = {[](void *ctx, const sim_record *r) { static_cast<kvm_host *>(ctx)->world_switch(*r); },
                               this, SIM_LIFE};
        (void)machine_add_sink(m, sink);
    }
    if (on_built)
        on_built(m);
    stepping_ = true;
    (void)machine_start(m);
    sim_tick at;
    while (machine_next(m, &at) && !machine_is_set_up(m))
        machine_advance(m);
    stepping_ = false;
    report_fault();
    if (machine_is_set_up(m)) {
        origin_ = machine_origin(m);
        if (on_set_up)
            on_set_up();
    }
    wake_.notify(sc_core::SC_ZERO_TIME);
}

// Finds the line of every connected device; says what is wrong with the connections.
std::string kvm_host::wrong_devices()
{
    for (auto &[device, s] : sources_) {
        s.spi = machine_device_spi(machine_.get(), device);
        if (!s.spi)
            return "device " + std::to_string(device) + " has no line";
    }
    if (outside_.devices && sources_.size() != machine_wired_devices(machine_.get()))
        return "connect an irq_source to every device that has a line, or to none";
    return "";
}

void kvm_host::world_switch(const sim_record &r)
{
    if (r.id == EV_KVM_ENTRY)
        on_world_switch(r.cpu, true, MACHINE_EXIT_COUNT);
    else if (r.id == EV_KVM_GUEST_LEFT)
        on_world_switch(r.cpu, false, machine_trap_cause(r.arg[1]));
}

void kvm_host::tell(meter &m)
{
    on_world_switch = [&m](unsigned c, bool in_guest, machine_exit_cause cause) {
        m.set_el(c, in_guest ? 1 : 2, true, cause);
    };
    on_set_up = [&m] { m.restart(); };
}

void kvm_host::end()
{
    finished_ = true;
    status_ = machine_finish(machine_.get());
    error_ = machine_error(machine_.get());
    done.notify(sc_core::SC_ZERO_TIME);
}

// At one instant the devices go first, as the machine's own do, whose events were queued earlier. A change of a wire
// takes some delta cycles to get through its signals.
bool kvm_host::wires_have_settled()
{
    if (const sc_time now = sc_core::sc_time_stamp(); now != instant_) {
        instant_ = now;
        deltas_left_ = settling_deltas;
    }
    if (!deltas_left_)
        return true;
    deltas_left_--;
    wake_.notify(sc_core::SC_ZERO_TIME);
    return false;
}

// True: that time is yet to come, and we are called again then.
bool kvm_host::sleeps_until(sim_tick at)
{
    const sc_time due = time_of(at), now = sc_core::sc_time_stamp();
    if (due > now)
        wake_.notify(due - now);
    return due > now;
}

// Every event that is due; then sleeps until the next one, or until something comes from outside.
void kvm_host::run()
{
    machine *m = machine_.get();
    if (!m || finished_)
        return;
    if (outside_.devices && !wires_have_settled())
        return;
    sim_tick at;
    while (machine_next(m, &at)) {
        if (sleeps_until(at))
            return;
        signal_moves_ = false;
        stepping_ = true;
        machine_advance(m);
        stepping_ = false;
        report_fault();
        if (signal_moves_) { // the guest has silenced a device: the GIC has to see that before the next event
            deltas_left_ = settling_deltas;
            wake_.notify(sc_core::SC_ZERO_TIME);
            return;
        }
    }
    if (!machine_ended(m)) { // it waits for devices, to its limit
        if (!machine_limit(m, &at) || sleeps_until(at))
            return;
        machine_set_time(m, at);
    }
    end();
}

// ---- what comes from outside ----------------------------------------------------------------------------

// The machine's time goes on to the present, to the first tick whose time is not before it: time_of rounds down, so
// that gives back the tick a time was made from. Never beyond the next event: that one is due later, or now.
void kvm_host::follow_time()
{
    const uint64_t now = sc_core::sc_time_stamp().value();
    machine_set_time(machine_.get(),
                     origin_ + scale(now, machine_tick_hz(machine_.get()), units_per_second_, rounding::up));
}

void kvm_host::from_outside()
{
    if (machine_ && !stepping_ && !finished_) {
        follow_time();
        wake_.notify(sc_core::SC_ZERO_TIME);
    }
}

void kvm_host::gic_output(unsigned cpu_number, gic_pin pin, bool level)
{
    if (!machine_)
        return; // it is being built: nobody samples wires yet
    from_outside();
    machine_gic_output(machine_.get(), cpu_number, pin, level);
}

void kvm_host::gic_state(unsigned cpu_number, uint32_t intid, uint32_t old_bits, uint32_t new_bits)
{
    if (!machine_)
        return;
    from_outside();
    machine_gic_state(machine_.get(), cpu_number, intid, old_bits, new_bits);
}

void kvm_host::cause(unsigned device)
{
    if (!machine_)
        return;
    from_outside();
    machine_device_raise(machine_.get(), device);
}

void kvm_host::line_moved(unsigned device, bool level)
{
    if (level)
        cause(device);
    if (machine_) {
        from_outside();
        machine_device_line(machine_.get(), device, level);
    }
    const source &s = sources_.at(device);
    if (!s.drive) {
        signal_moves_ = true;
        return;
    }
    unsigned &users = line_users_[s.spi];
    users += level ? 1u : ~0u;
    if (users == (level ? 1u : 0u))
        gic_->set_spi(s.spi, level);
}

} // namespace trapline
