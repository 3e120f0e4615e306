// SPDX-License-Identifier: Apache-2.0
//
// One AArch64 core at EL1 on libunicorn: runs a budget of instructions, has an IRQ input and asks its
// environment for everything that is not memory. It knows no SystemC.
#ifndef TRAPLINE_EXAMPLES_FIRMWARE_ENGINE_HPP
#define TRAPLINE_EXAMPLES_FIRMWARE_ENGINE_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <unicorn/unicorn.h>
#include <vector>

class engine
{
  public:
    // What the core is built into. The calls come from within run(); they may take simulated time.
    struct environment {
        virtual ~environment() = default;
        virtual uint64_t read(uint64_t address, unsigned size) = 0;
        virtual void write(uint64_t address, unsigned size, uint64_t value) = 0;
        virtual uint64_t counter() = 0; // CNTPCT_EL0 and CNTVCT_EL0
    };
    enum class stop {
        budget, // the instructions are used up
        wfi,    // a WFI has been executed, the PC is behind it
        error,  // error() says what the core cannot go on with
    };

    // Comes up at EL1h with everything masked and the MMU off, as after a reset. Throws std::runtime_error if
    // the library cannot give us that.
    engine(unsigned core, uint64_t reset_pc, environment &env);
    ~engine();
    engine(const engine &) = delete;
    engine &operator=(const engine &) = delete;

    // Memory of the caller's, page-aligned, which several cores may share. Throws std::runtime_error.
    void map_memory(uint64_t base, uint64_t size, void *host);
    // Accesses to this page-aligned range become calls of the environment. Throws std::runtime_error.
    void map_device(uint64_t base, uint64_t size);

    // Runs about `budget` instructions: it stops at the first block boundary behind them.
    stop run(int64_t budget);
    // Level of the IRQ input. May change while the environment is being called.
    void set_irq(bool level)
    {
        irq_ = level;
    }

    uint64_t instructions() const
    {
        return instructions_;
    }
    uint64_t interrupts() const
    {
        return interrupts_;
    }
    const std::string &error() const
    {
        return error_;
    }

  private:
    static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *self);
    static uint32_t on_mrs(uc_engine *uc, uc_arm64_reg reg, const uc_arm64_cp_reg *which, void *self);
    static void on_exception(uc_engine *uc, uint32_t number, void *self);
    static uint64_t on_read(uc_engine *uc, uint64_t address, unsigned size, void *window);
    static void on_write(uc_engine *uc, uint64_t address, unsigned size, uint64_t value, void *window);

    void must(uc_err e, const char *what) const;
    uint64_t get(int reg) const;
    void set(int reg, uint64_t value);
    void set_system(uint8_t op1, uint8_t crn, uint8_t crm, uint8_t op2, uint64_t value);
    bool takes_irq() const;
    void enter_el1(uint64_t vector, uint64_t return_to);
    void halt();
    stop fail(const std::string &why);

    struct window {
        engine *self;
        uint64_t base;
    };
    uc_engine *uc_ = nullptr;
    environment &env_;
    std::vector<std::unique_ptr<window>> windows_; // the library knows their addresses
    unsigned core_;
    bool irq_ = false;
    bool halted_ = false; // uc_emu_stop() was ours
    int64_t left_ = 0;
    uint64_t instructions_ = 0, interrupts_ = 0;
    std::string error_;
};

#endif
