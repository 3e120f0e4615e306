// SPDX-License-Identifier: Apache-2.0
//
// The library executes translated blocks and knows nothing of interrupts from outside: entering the vector
// is done here, between two runs. What follows from that:
//
// - uc_emu_stop() is called at the start of a block only. Called during a device access it would make the
//   library execute that access a second time, and a second read of GICC_IAR acknowledges a second interrupt.
// - uc_emu_start() that comes back without our having stopped it has executed a WFI.
#include "engine.hpp"

#include <cstdio>
#include <stdexcept>

namespace
{
// PSTATE and SPSR_EL1
constexpr uint64_t nzcv = 0xf0000000, illegal = 1u << 20, daif = 0x3c0, masked_i = 0x80, el = 0xc, el1 = 0x4, spx = 1;
// Vectors from the current EL with SP_ELx; with SP_EL0 they are 0x200 lower.
constexpr uint64_t vector_sync = 0x200, vector_irq = 0x280;
constexpr uint32_t exception_svc = 2; // the library's numbering
constexpr uint64_t esr_svc = 0x15u << 26 | 1u << 25;
} // namespace

void engine::must(uc_err e, const char *what) const
{
    if (e != UC_ERR_OK)
        throw std::runtime_error("core " + std::to_string(core_) + ": " + what + ": " + uc_strerror(e));
}

uint64_t engine::get(int reg) const
{
    uint64_t value = 0;
    uc_reg_read(uc_, reg, &value);
    return value;
}

void engine::set(int reg, uint64_t value)
{
    uc_reg_write(uc_, reg, &value);
}

// A system register the library has no name for.
void engine::set_system(uint8_t op1, uint8_t crn, uint8_t crm, uint8_t op2, uint64_t value)
{
    uc_arm64_cp_reg reg{};
    reg.op0 = 3;
    reg.op1 = op1;
    reg.crn = crn;
    reg.crm = crm;
    reg.op2 = op2;
    reg.val = value;
    uc_reg_write(uc_, UC_ARM64_REG_CP_REG, &reg);
}

engine::engine(unsigned core, uint64_t reset_pc, environment &env) : env_(env), core_(core)
{
    uc_hook hook = 0;
    must(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc_), "uc_open");
    must(uc_ctl_set_cpu_model(uc_, UC_CPU_ARM64_A53), "Cortex-A53");
    must(uc_ctl_exits_enable(uc_), "exits"); // no address ends a run
    must(uc_hook_add(uc_, &hook, UC_HOOK_BLOCK, reinterpret_cast<void *>(on_block), this, 1, 0), "block hook");
    must(uc_hook_add(uc_, &hook, UC_HOOK_INTR, reinterpret_cast<void *>(on_exception), this, 1, 0), "exception hook");
    must(uc_hook_add(uc_, &hook, UC_HOOK_INSN, reinterpret_cast<void *>(on_mrs), this, 1, 0, UC_ARM64_INS_MRS), "MRS");
    // The model has EL2 and EL3, both reset to AArch32: an ERET of EL1 would be illegal.
    set_system(6, 1, 1, 0, 1u << 10 | 1); // SCR_EL3: RW, NS
    set_system(4, 1, 1, 0, 1u << 31);     // HCR_EL2: RW
    set(UC_ARM64_REG_PSTATE, daif | el1 | spx);
    set(UC_ARM64_REG_PC, reset_pc);
}

engine::~engine()
{
    if (uc_)
        uc_close(uc_);
}

void engine::map_memory(uint64_t base, uint64_t size, void *host)
{
    must(uc_mem_map_ptr(uc_, base, size, UC_PROT_ALL, host), "memory");
}

void engine::map_device(uint64_t base, uint64_t size)
{
    windows_.push_back(std::make_unique<window>(window{this, base}));
    window *w = windows_.back().get();
    must(uc_mmio_map(uc_, base, size, on_read, w, on_write, w), "device");
}

uint64_t engine::on_read(uc_engine *, uint64_t offset, unsigned size, void *context)
{
    const auto *w = static_cast<const window *>(context);
    return w->self->env_.read(w->base + offset, size);
}

void engine::on_write(uc_engine *, uint64_t offset, unsigned size, uint64_t value, void *context)
{
    const auto *w = static_cast<const window *>(context);
    w->self->env_.write(w->base + offset, size, value);
}

void engine::halt()
{
    halted_ = true;
    uc_emu_stop(uc_);
}

engine::stop engine::fail(const std::string &why)
{
    char pc[24];
    std::snprintf(pc, sizeof pc, "0x%llx", static_cast<unsigned long long>(get(UC_ARM64_REG_PC)));
    error_ = "core " + std::to_string(core_) + ": " + why + " at " + pc;
    return stop::error;
}

bool engine::takes_irq() const
{
    return irq_ && !(get(UC_ARM64_REG_PSTATE) & masked_i);
}

// Exception entry to EL1 from EL1 (Arm ARM D1.10.2). The live stack pointer is SP; its bank is not kept up.
void engine::enter_el1(uint64_t vector, uint64_t return_to)
{
    const uint64_t pstate = get(UC_ARM64_REG_PSTATE);
    set(UC_ARM64_REG_ELR_EL1, return_to);
    set_system(0, 4, 0, 0, pstate); // SPSR_EL1
    if (!(pstate & spx)) {
        vector -= 0x200;
        set(UC_ARM64_REG_SP_EL0, get(UC_ARM64_REG_SP));
        set(UC_ARM64_REG_SP, get(UC_ARM64_REG_SP_EL1));
    }
    set(UC_ARM64_REG_PSTATE, (pstate & nzcv) | daif | el1 | spx);
    set(UC_ARM64_REG_PC, get(UC_ARM64_REG_VBAR_EL1) + vector);
}

void engine::on_block(uc_engine *, uint64_t, uint32_t size, void *context)
{
    auto *e = static_cast<engine *>(context);
    if (e->left_ <= 0 || e->takes_irq()) {
        e->halt();
        return;
    }
    e->left_ -= size / 4;
    e->instructions_ += size / 4;
}

// Who the core is and what time it is: the library would say 0, and the time of the host.
uint32_t engine::on_mrs(uc_engine *, uc_arm64_reg reg, const uc_arm64_cp_reg *r, void *context)
{
    auto *e = static_cast<engine *>(context);
    if (r->op0 != 3)
        return 0;
    if (r->op1 == 0 && r->crn == 0 && r->crm == 0 && r->op2 == 5) // MPIDR_EL1
        e->set(reg, 0x80000000u | e->core_);
    else if (r->op1 == 3 && r->crn == 14 && r->crm == 0 && (r->op2 == 1 || r->op2 == 2))
        e->set(reg, e->env_.counter());
    else
        return 0;
    return 1;
}

// SVC has left the PC behind itself and nothing else. All other exceptions mean that the program is broken.
void engine::on_exception(uc_engine *uc, uint32_t number, void *context)
{
    auto *e = static_cast<engine *>(context);
    const uint64_t pc = e->get(UC_ARM64_REG_PC);
    if (number == exception_svc && (e->get(UC_ARM64_REG_PSTATE) & el) == el1) {
        uint32_t instruction = 0;
        uc_mem_read(uc, pc - 4, &instruction, sizeof instruction);
        e->set(UC_ARM64_REG_ESR_EL1, esr_svc | (instruction >> 5 & 0xffff));
        e->enter_el1(vector_sync, pc);
        return;
    }
    e->fail("exception " + std::to_string(number));
    e->halt();
}

engine::stop engine::run(int64_t budget)
{
    left_ = budget;
    do {
        if (takes_irq()) {
            if ((get(UC_ARM64_REG_PSTATE) & el) != el1) // the library keeps translations of EL0
                return fail("interrupt outside EL1");
            enter_el1(vector_irq, get(UC_ARM64_REG_PC));
            interrupts_++;
        }
        halted_ = false;
        const uc_err e = uc_emu_start(uc_, get(UC_ARM64_REG_PC), 0, 0, 0);
        if (!error_.empty())
            return stop::error;
        if (e != UC_ERR_OK)
            return fail(uc_strerror(e));
        if (get(UC_ARM64_REG_PSTATE) & illegal)
            return fail("illegal exception return");
        if (!halted_)
            return stop::wfi;
    } while (left_ > 0);
    return stop::budget;
}
