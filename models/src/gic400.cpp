// SPDX-License-Identifier: Apache-2.0
//
// gic400.cpp - construction, wires, reset and listeners of the GIC-400 module.
#define SC_INCLUDE_DYNAMIC_PROCESSES // sc_spawn
#include <trapline/systemc/gic400.hpp>

#include <algorithm>
#include <cerrno>

namespace trapline
{

namespace
{

constexpr const char *message_type = "/trapline/gic400";

gic_config core_config(const gic400_config &c)
{
    gic_config cfg{};
    cfg.struct_size = sizeof(cfg);
    cfg.cpus = c.cpus;
    cfg.spis = c.spis ? c.spis : GIC_NO_SPIS;
    cfg.lrs = c.list_registers;
    cfg.security = c.security;
    cfg.prio_bits = c.priority_bits;
    cfg.maint_ppi = c.maintenance_ppi;
    cfg.ppi_config_fixed = c.ppi_config_fixed;
    cfg.no_nsacr = c.no_nsacr;
    cfg.dist_iidr = c.dist_iidr;
    cfg.cpu_iidr = c.cpu_iidr;
    cfg.sgi_enable_writable = c.sgi_enable_writable;
    cfg.dir_any_mode = c.dir_any_mode;
    cfg.vrpr_idle_f8 = c.vrpr_idle_f8;
    return cfg;
}

} // namespace

void gic400::free_gic::operator()(struct gic *g) const
{
    gic_free(g);
}

void gic400::free_v2m::operator()(struct gicv2m *m) const
{
    gicv2m_free(m);
}

gic400::gic400(sc_core::sc_module_name name, const gic400_config &config)
    : sc_core::sc_module(name), dist("dist"), cpu("cpu"), hyp("hyp"), vcpu("vcpu"), bus("bus"), v2m("v2m"), spi("spi"),
      ppi("ppi"), irq("irq"), fiq("fiq"), virq("virq"), vfiq("vfiq"), maintenance("maintenance"), reset("reset"),
      config_(config), outputs_changed_("outputs_changed"), pending_due_("pending_due")
{
    set_latency(config.latency);
    gic_config cfg = core_config(config);
    cfg.output = on_output;
    cfg.state = on_state;
    cfg.ctx = this;
    struct gic *g = nullptr;
    // 0 stands for a default in lib/gic; here every number means itself.
    int err = config.cpus && config.list_registers && config.priority_bits ? gic_new(&cfg, &g) : -EINVAL;
    if (err) {
        SC_REPORT_ERROR(message_type, err == -ENOMEM ? "out of memory"
                                                     : "not a configuration of a GICv2: cpus 1 to 8, spis 0 to 988, "
                                                       "list_registers 1 to 64, priority_bits 4 (with security 5) to "
                                                       "8, maintenance_ppi 16 to 31 or 0");
        return;
    }
    gic_.reset(g);
    if (config.v2m) {
        gicv2m_config v2m_cfg{};
        v2m_cfg.struct_size = sizeof(v2m_cfg);
        v2m_cfg.gic = g;
        v2m_cfg.base_spi = config.v2m->base_spi;
        v2m_cfg.spis = config.v2m->spis;
        v2m_cfg.iidr = config.v2m->iidr;
        struct gicv2m *m = nullptr;
        if (gicv2m_new(&v2m_cfg, &m))
            SC_REPORT_ERROR(message_type, "v2m: the GIC lacks one of these SPIs");
        v2m_frame_.reset(m);
    }

    register_socket<socket::dist>(dist);
    register_socket<socket::cpu>(cpu);
    register_socket<socket::hyp>(hyp);
    register_socket<socket::vcpu>(vcpu);
    register_socket<socket::bus>(bus);
    register_socket<socket::v2m>(v2m);

    if (config.signals) {
        spi.init(config.spis);
        ppi.init(size_t{16} * config.cpus);
        for (auto *outputs : {&irq, &fiq, &virq, &vfiq, &maintenance})
            outputs->init(config.cpus);
    }
}

gic400::~gic400() = default;

template <gic400::socket S> void gic400::register_socket(target_socket &s)
{
    s.register_b_transport(this, &gic400::b_transport<S>);
    s.register_nb_transport_fw(this, &gic400::nb_transport_fw<S>);
    s.register_transport_dbg(this, &gic400::transport_dbg<S>);
    s.register_get_direct_mem_ptr(this, &gic400::get_direct_mem_ptr<S>);
}

gic400::target_socket &gic400::of(socket s)
{
    const std::array<target_socket *, nsockets> sockets = {&dist, &cpu, &hyp, &vcpu, &bus, &v2m};
    return *sockets[static_cast<size_t>(s)];
}

void gic400::map_port(socket s, unsigned index, unsigned cpu_number, bool secure, bool timed)
{
    auto &map = ports_[static_cast<size_t>(s)];
    while (map.size() <= index)
        map.push_back({static_cast<unsigned>(map.size()), false, true});
    map[index] = {cpu_number, secure, timed};
}

void gic400::set_latency(const gic400_latency &latency)
{
    config_.latency = latency;
    latency_[GIC_DIST] = {latency.dist_read, latency.dist_write};
    latency_[GIC_CPU] = {latency.cpu_read, latency.cpu_write};
    latency_[GIC_HYP] = {latency.hyp_read, latency.hyp_write};
    latency_[GIC_VCPU] = {latency.vcpu_read, latency.vcpu_write};
}

// ---- processes ------------------------------------------------------------------------------------

void gic400::spawn(const char *name, const sc_core::sc_event &event, void (gic400::*body)())
{
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&event);
    sc_core::sc_spawn([this, body] { (this->*body)(); }, name, &options);
}

// A process for each bound line: the cost of a change does not depend on the number of lines.
void gic400::spawn_input(wire_in &port, const char *name, unsigned cpu_number, uint32_t intid)
{
    if (port.size() == 0)
        return;
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&port->value_changed_event());
    auto follow = [this, &port, cpu_number, intid] {
        if (intid < 32)
            set_ppi(cpu_number, intid, port->read());
        else
            set_spi(intid, port->read());
    };
    sc_core::sc_spawn(follow, name, &options);
}

// Here it is known which ports are bound.
void gic400::end_of_elaboration()
{
    for (uint32_t n = 0; n < spi.size(); n++)
        spawn_input(spi[n], ("spi_" + std::to_string(n) + "_changed").c_str(), 0, 32 + n);
    for (uint32_t n = 0; n < ppi.size(); n++)
        spawn_input(ppi[n], ("ppi_" + std::to_string(n) + "_changed").c_str(), n / 16, 16 + n % 16);
    if (reset.size() != 0)
        spawn("reset_changed", reset->value_changed_event(), &gic400::follow_reset);
    if (config_.signals) {
        // Drives every wire once when the simulation starts.
        changed_.fill((1u << config_.cpus) - 1);
        spawn("drive_outputs", outputs_changed_, &gic400::drive_outputs);
    }
    spawn("advance_pending", pending_due_, &gic400::advance_pending);
}

void gic400::drive_outputs()
{
    const std::array<sc_core::sc_vector<wire_out> *, GIC_NPINS> ports = {&irq, &fiq, &virq, &vfiq, &maintenance};
    for (size_t pin = 0; pin < ports.size(); pin++) {
        for (unsigned c = 0; changed_[pin] != 0; c++) {
            if (!(changed_[pin] & 1u << c))
                continue;
            changed_[pin] &= ~(1u << c);
            wire_out &port = (*ports[pin])[c];
            if (port.size() != 0)
                port->write(level_[pin][c]);
        }
    }
}

// While it is held no access is answered, and lines leave no trace: after a reset all are level-sensitive.
void gic400::follow_reset()
{
    in_reset_ = reset->read();
    if (in_reset_)
        warm_reset();
}

// ---- lines ----------------------------------------------------------------------------------------

void gic400::set_spi(uint32_t intid, bool level)
{
    gic_set_spi(gic_.get(), intid, level);
}

void gic400::set_ppi(unsigned cpu_number, uint32_t intid, bool level)
{
    gic_set_ppi(gic_.get(), cpu_number, intid, level);
}

bool gic400::output(unsigned cpu_number, gic_pin pin) const
{
    return gic_output(gic_.get(), cpu_number, pin);
}

void gic400::warm_reset()
{
    gic_reset(gic_.get());
}

void gic400::on_output(void *ctx, unsigned cpu_number, enum gic_pin pin, bool level)
{
    auto *self = static_cast<gic400 *>(ctx);
    self->level_[pin][cpu_number] = level;
    if (self->config_.signals) {
        self->changed_[pin] |= 1u << cpu_number;
        self->outputs_changed_.notify(sc_core::SC_ZERO_TIME);
    }
    for (listener *l : self->listeners_)
        l->gic_output(cpu_number, pin, level);
}

void gic400::on_state(void *ctx, unsigned cpu_number, uint32_t intid, uint32_t old_bits, uint32_t new_bits)
{
    auto *self = static_cast<gic400 *>(ctx);
    auto found = self->traced_.find({intid < 32 ? cpu_number : 0, intid});
    if (found != self->traced_.end())
        found->second->set(new_bits);
    for (listener *l : self->listeners_)
        l->gic_state(cpu_number, intid, old_bits, new_bits);
}

void gic400::add_listener(listener &l)
{
    listeners_.push_back(&l);
}

// ---- tracing --------------------------------------------------------------------------------------

void gic400::traced::set(uint32_t bits)
{
    line = bits & GIC_ST_LINE;
    enabled = bits & GIC_ST_ENABLED;
    pending = bits & GIC_ST_PENDING;
    active = bits & GIC_ST_ACTIVE;
}

void gic400::watch(uint32_t intid, bool on)
{
    gic_watch(gic_.get(), intid, on);
    if (!on)
        return;
    for (unsigned c = 0; c < (intid < 32 ? config_.cpus : 1); c++) {
        auto &entry = traced_[{c, intid}];
        if (!entry)
            entry = std::make_unique<traced>();
        entry->set(gic_state(gic_.get(), c, intid));
    }
}

void gic400::trace(sc_core::sc_trace_file *file) const
{
    static constexpr std::array<const char *, GIC_NPINS> pins = {"irq", "fiq", "virq", "vfiq", "maintenance"};
    const std::string prefix = std::string(name()) + ".";
    for (size_t pin = 0; pin < pins.size(); pin++)
        for (unsigned c = 0; c < config_.cpus; c++)
            sc_core::sc_trace(file, level_[pin][c], prefix + pins[pin] + "_" + std::to_string(c));
    for (const auto &[key, bits] : traced_) {
        const auto &[c, intid] = key;
        std::string irq_name = prefix + "intid" + std::to_string(intid);
        if (intid < 32)
            irq_name += "_cpu" + std::to_string(c);
        sc_core::sc_trace(file, bits->line, irq_name + "_line");
        sc_core::sc_trace(file, bits->enabled, irq_name + "_enabled");
        sc_core::sc_trace(file, bits->pending, irq_name + "_pending");
        sc_core::sc_trace(file, bits->active, irq_name + "_active");
    }
}

} // namespace trapline
