// SPDX-License-Identifier: Apache-2.0
//
// The two devices that the program reports with: a UART and the power switch.
#ifndef TRAPLINE_EXAMPLES_FIRMWARE_BOARD_HPP
#define TRAPLINE_EXAMPLES_FIRMWARE_BOARD_HPP

#include <cstring>
#include <ostream>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

// What both have in common: registers of 32 bits.
class device : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<device> bus;

    explicit device(sc_core::sc_module_name name) : sc_module(name), bus("bus")
    {
        bus.register_b_transport(this, &device::b_transport);
    }

  protected:
    virtual uint32_t read(uint64_t offset) = 0;
    virtual void write(uint64_t offset, uint32_t value) = 0;

  private:
    void b_transport(tlm::tlm_generic_payload &p, sc_core::sc_time &)
    {
        uint32_t value = 0;
        if (p.get_data_length() > sizeof value || p.get_streaming_width() < p.get_data_length()) {
            p.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
            return;
        }
        if (p.is_write()) {
            std::memcpy(&value, p.get_data_ptr(), p.get_data_length());
            write(p.get_address(), value);
        } else if (p.is_read()) {
            value = read(p.get_address());
            std::memcpy(p.get_data_ptr(), &value, p.get_data_length());
        }
        p.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

// A PL011 as far as a program that prints sees it: always ready to send, nothing to receive.
class uart final : public device
{
  public:
    uart(sc_core::sc_module_name name, std::ostream &out) : device(name), out_(out)
    {
    }

  private:
    static constexpr uint64_t UARTDR = 0x00, UARTFR = 0x18;
    static constexpr uint32_t RXFE = 1u << 4, TXFE = 1u << 7;

    uint32_t read(uint64_t offset) override
    {
        return offset == UARTFR ? RXFE | TXFE : 0;
    }
    void write(uint64_t offset, uint32_t value) override
    {
        if (offset == UARTDR)
            out_.put(char(value));
    }

    std::ostream &out_;
};

// The first write ends the simulation; its value is the exit code.
class power final : public device
{
  public:
    explicit power(sc_core::sc_module_name name) : device(name)
    {
    }
    int code() const
    {
        return code_;
    } // negative: still on

  private:
    uint32_t read(uint64_t) override
    {
        return 0;
    }
    void write(uint64_t, uint32_t value) override
    {
        if (code_ < 0)
            code_ = int(value & 0xff);
        sc_core::sc_stop();
    }

    int code_ = -1;
};

#endif
