/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare-metal program that takes interrupts from a GIC-400 in every way an operating system does, on one core
 * or more, and reports what it saw.
 */
#include "board.h"
#include "irq.h"
#include "uart.h"

static volatile uint32_t shared, online, go, done;

void firmware_main(unsigned core); /* called by start.S */

static void route(uint32_t id, uint8_t priority, uint8_t cores)
{
    GICD_IPRIORITYR(id) = priority;
    if (id >= 32)
        GICD_ITARGETSR(id) = cores;
    GICD_ISENABLER(id) = 1u << id % 32;
}

static void test_single(void)
{
    DEVICE_RAISE(0) = 1;
    check("an interrupt is pending, and waits while PSTATE.I is set",
          GICD_ISPENDR(SPI_SLOW) & 1 && GICC_HPPIR == SPI_SLOW && taken[0][SPI_SLOW] == 0);
    irq_enable();
    check("it is taken once PSTATE.I is clear", becomes(&taken[0][SPI_SLOW], 1) && !irq_disabled());
    check("its end leaves nothing behind", !(GICD_ISPENDR(SPI_SLOW) & 1) && !(GICD_ISACTIVER(SPI_SLOW) & 1));

    DEVICE_RAISE(1) = 1;
    check("a device that needs two register writes interrupts once", becomes(&taken[0][SPI_URGENT], 1));

    bool each = true;
    for (uint32_t i = 1; i <= 10; i++) {
        DEVICE_RAISE(2) = 1;
        each = each && becomes(&taken[0][SPI_EDGE], i);
    }
    check("ten edges are ten interrupts", each);

    check("GICC_IAR reads 1023 when there is nothing", (GICC_IAR & 0x3ff) == 1023 && spurious == 0);
}

static void test_nesting(void)
{
    static const uint32_t order[] = {SPI_SLOW,          SPI_URGENT, SPI_URGENT | LEAVES,
                                     SPI_SLOW | LEAVES, SPI_EDGE,   SPI_EDGE | LEAVES};
    const uint32_t edges = taken[0][SPI_EDGE];
    log_is(order, 0); /* forget what was */
    nest = true;
    DEVICE_RAISE(0) = 1;
    check("a more urgent interrupt nests, an equal one waits",
          becomes(&taken[0][SPI_EDGE], edges + 1) && log_is(order, 6));
    nest = false;
    check("GICC_RPR is the priority of the handler's interrupt", rpr_in_handler == 0xa0 && GICC_RPR == 0xff);
}

static void test_split_eoi(void)
{
    const uint32_t before = taken[0][SPI_SLOW];
    GICC_CTLR = GICC_CTLR_Enable | GICC_CTLR_EOImode;
    split_eoi = true;
    DEVICE_RAISE(0) = 1;
    becomes(&taken[0][SPI_SLOW], before + 1);
    split_eoi = false;
    GICC_CTLR = GICC_CTLR_Enable;
    check("with EOImode it stays active from GICC_EOIR to GICC_DIR",
          active_after_eoir == 1 && !(GICD_ISACTIVER(SPI_SLOW) & 1));
}

static void test_sgi_and_svc(void)
{
    source_of_last_sgi = 7;
    send_sgi(SGIR_TO_SELF, SGI_SELF);
    check("a core sends itself an SGI", becomes(&taken[0][SGI_SELF], 1) && source_of_last_sgi == 0);
    __asm__ volatile("svc #42" ::: "memory");
    check("SVC enters the other vector", svcs == 42);
}

static void test_wfi(void)
{
    const uint32_t before = taken[0][SPI_TICK];
    route(SPI_TICK, 0x80, 1);
    sleep_until(&taken[0][SPI_TICK], before + 20);
    GICD_ICENABLER(SPI_TICK) = 1u << SPI_TICK % 32;
    check("a periodic device wakes the core from WFI 20 times", taken[0][SPI_TICK] == before + 20);

    irq_disable();
    GICD_ISENABLER(SPI_TICK) = 1u << SPI_TICK % 32;
    wait_for_interrupt();
    const bool early = taken[0][SPI_TICK] != before + 20;
    irq_enable();
    becomes(&taken[0][SPI_TICK], before + 21);
    GICD_ICENABLER(SPI_TICK) = 1u << SPI_TICK % 32;
    check("WFI also ends while PSTATE.I is set", !early && taken[0][SPI_TICK] == before + 21);
}

static void test_cores(uint32_t cores)
{
    while (online != cores - 1)
        ;
    check("every core has come up", true);
    for (uint32_t core = 1; core < cores; core++)
        for (uint32_t i = 0; i < 100; i++) {
            send_sgi(SGIR_TO(core), SGI_PING);
            sleep_until(&taken[0][SGI_PONG], 100 * (core - 1) + i + 1);
        }
    check("100 SGIs to each core and back", taken[1][SGI_PING] == 100 && source_of_last_sgi == cores - 1);

    GICD_ITARGETSR(SPI_EDGE) = 2;
    const uint32_t here = taken[0][SPI_EDGE];
    bool moved = true;
    for (uint32_t i = 1; i <= 50; i++) {
        DEVICE_RAISE(2) = 1;
        moved = moved && becomes(&taken[1][SPI_EDGE], i);
    }
    check("an SPI moves to core 1", moved && taken[0][SPI_EDGE] == here);

    go = 1;
    send_sgi(SGIR_TO_OTHERS, SGI_ALL);
    bool all = true;
    for (uint32_t core = 1; core < cores; core++)
        all = all && becomes(&taken[core][SGI_ALL], 1);
    check("one SGI to all others", all && taken[0][SGI_ALL] == 0);

    for (int i = 0; i < 10000; i++)
        atomic_increment(&shared);
    while (done != cores - 1)
        ;
    check("exclusive accesses of all cores add up", shared == 10000 * cores);
}

static void secondary(void)
{
    irq_enable();
    atomic_increment(&online);
    sleep_until(&go, 1);
    for (int i = 0; i < 10000; i++)
        atomic_increment(&shared);
    atomic_increment(&done);
}

void firmware_main(unsigned core)
{
    const uint32_t cores = (GICD_TYPER >> 5 & 7) + 1;

    for (uint32_t sgi = 0; sgi < 16; sgi++)
        GICD_IPRIORITYR(sgi) = 0x60;
    GICC_PMR = 0xf8;
    GICC_CTLR = GICC_CTLR_Enable;
    if (core) {
        secondary();
        return;
    }
    put("GIC ");
    put_hex(GICD_IIDR);
    put(", ");
    put_decimal(32 * ((GICD_TYPER & 0x1f) + 1));
    put(" interrupts, ");
    put_decimal(cores);
    put(cores > 1 ? " cores\n" : " core\n");

    GICD_ICFGR(SPI_EDGE) = 2u << SPI_EDGE % 16 * 2;
    route(SPI_SLOW, 0xa0, 1);
    route(SPI_URGENT, 0x40, 1);
    route(SPI_EDGE, 0xa0, 1);
    GICD_CTLR = 1;

    test_single();
    test_nesting();
    test_split_eoi();
    test_sgi_and_svc();
    test_wfi();
    if (cores > 1)
        test_cores(cores);
    irq_disable();
    put(failures() ? "failed\n" : "all is well\n");
    REG32(POWER_BASE) = failures() ? 1 : 0;
}
