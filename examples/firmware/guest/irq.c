/* SPDX-License-Identifier: Apache-2.0 */
#include "irq.h"
#include "board.h"
#include "uart.h"

enum { LOG = 16 };

volatile uint32_t taken[CORES][INTERRUPTS], spurious, svcs, source_of_last_sgi, rpr_in_handler, active_after_eoir;
volatile bool nest, split_eoi;
static volatile uint32_t log_of[LOG], logged;

/* Called by start.S */
void on_irq(void);
void on_svc(void);
void on_unexpected(void);

static void note(uint32_t what)
{
    if (logged < LOG)
        log_of[logged++] = what;
}

/* The devices' drivers. Nothing but the device itself can lower the line of a level-sensitive interrupt. */
static void serve(uint32_t id)
{
    if (id < 16)
        return;
    if (id == SPI_SLOW && nest) {
        rpr_in_handler = GICC_RPR;
        DEVICE_RAISE(SPI_EDGE - 32) = 1;   /* as urgent as we are: has to wait */
        DEVICE_RAISE(SPI_URGENT - 32) = 1; /* more urgent */
        irq_enable();
        irq_disable();
    }
    while (DEVICE_STATUS(id - 32) & 1)
        DEVICE_CLEAR(id - 32) = 1;
}

void on_irq(void)
{
    const uint32_t iar = GICC_IAR, id = iar & 0x3ff, source = iar >> 10 & 7;

    if (id >= INTERRUPTS) {
        spurious++;
        return;
    }
    note(id);
    if (id < 16)
        source_of_last_sgi = source;
    serve(id);
    GICC_EOIR = iar;
    if (split_eoi) {
        active_after_eoir = GICD_ISACTIVER(id) >> id % 32 & 1;
        GICC_DIR = iar;
    }
    note(id | LEAVES);
    taken[this_core()][id]++;
    if (id == SGI_PING)
        send_sgi(SGIR_TO(source), SGI_PONG);
}

void on_svc(void)
{
    uint64_t esr;
    __asm__ volatile("mrs %0, esr_el1" : "=r"(esr));
    svcs += esr >> 26 == 0x15 ? (uint32_t)(esr & 0xffff) : 0;
}

void on_unexpected(void)
{
    check("no other exception", false);
    REG32(POWER_BASE) = 2;
}

bool log_is(const uint32_t *wanted, uint32_t n)
{
    bool same = logged == n;
    for (uint32_t i = 0; same && i < n; i++)
        same = log_of[i] == wanted[i];
    logged = 0;
    return same;
}

void send_sgi(uint32_t targets, uint32_t id)
{
    __asm__ volatile("dsb sy" ::: "memory"); /* what was written before is seen by who is interrupted */
    GICD_SGIR = targets | id;
}

bool becomes(const volatile uint32_t *number, uint32_t value)
{
    for (int i = 0; i < 1000 && *number != value; i++)
        ;
    return *number == value;
}

void sleep_until(const volatile uint32_t *number, uint32_t value)
{
    irq_disable(); /* an interrupt between the test and the WFI would be slept through */
    while (*number != value) {
        wait_for_interrupt();
        irq_enable();
        irq_disable();
    }
    irq_enable();
}
