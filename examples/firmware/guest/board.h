/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program is built for: addresses, registers, and the few instructions that C does not have.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define UART_BASE   0x1c090000u /* PL011 */
#define DEVICE_BASE 0x1c110000u /* interrupt sources, one in each 4 KiB */
#define POWER_BASE  0x1c0f0000u /* a write ends the run with that exit code */
#define GIC_BASE    0x2c000000u /* GIC-400: GICD at 0x1000, GICC at 0x2000 */

#define REG8(address)  (*(volatile uint8_t *)(uintptr_t)(address))
#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define GICD(offset) REG32(GIC_BASE + 0x1000u + (offset))
#define GICC(offset) REG32(GIC_BASE + 0x2000u + (offset))

#define GICD_CTLR           GICD(0x000)
#define GICD_TYPER          GICD(0x004)
#define GICD_IIDR           GICD(0x008)
#define GICD_ISENABLER(id)  GICD(0x100 + (id) / 32 * 4)
#define GICD_ICENABLER(id)  GICD(0x180 + (id) / 32 * 4)
#define GICD_ISPENDR(id)    GICD(0x200 + (id) / 32 * 4)
#define GICD_ISACTIVER(id)  GICD(0x300 + (id) / 32 * 4)
#define GICD_IPRIORITYR(id) REG8(GIC_BASE + 0x1400u + (id))
#define GICD_ITARGETSR(id)  REG8(GIC_BASE + 0x1800u + (id))
#define GICD_ICFGR(id)      GICD(0xc00 + (id) / 16 * 4)
#define GICD_SGIR           GICD(0xf00)
#define GICC_CTLR           GICC(0x000)
#define GICC_PMR            GICC(0x004)
#define GICC_IAR            GICC(0x00c)
#define GICC_EOIR           GICC(0x010)
#define GICC_RPR            GICC(0x014)
#define GICC_HPPIR          GICC(0x018)
#define GICC_DIR            GICC(0x1000)

#define GICC_CTLR_Enable  0x001u
#define GICC_CTLR_EOImode 0x200u
#define SGIR_TO_OTHERS    (1u << 24)
#define SGIR_TO_SELF      (2u << 24)
#define SGIR_TO(core)     (1u << (16 + (core)))

/* The interrupt sources: a write of CLEAR serves one, a write of RAISE gives it a reason. */
#define DEVICE_STATUS(n) REG32(DEVICE_BASE + (n)*0x1000u + 0x00u)
#define DEVICE_CLEAR(n)  REG32(DEVICE_BASE + (n)*0x1000u + 0x04u)
#define DEVICE_RAISE(n)  REG32(DEVICE_BASE + (n)*0x1000u + 0x08u)

static inline void irq_enable(void)
{
    __asm__ volatile("msr daifclr, #2\n\tisb" ::: "memory");
}

static inline void irq_disable(void)
{
    __asm__ volatile("msr daifset, #2\n\tisb" ::: "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

static inline bool irq_disabled(void)
{
    uint64_t daif;
    __asm__ volatile("mrs %0, daif" : "=r"(daif));
    return daif & 0x80;
}

static inline unsigned this_core(void)
{
    uint64_t mpidr;
    __asm__ volatile("mrs %0, mpidr_el1" : "=r"(mpidr));
    return mpidr & 0xff;
}

/* Adds 1 with exclusive loads and stores: other cores and interrupts may do the same. */
static inline void atomic_increment(volatile uint32_t *p)
{
    uint32_t value, failed;
    do
        __asm__ volatile("ldaxr %w0, [%2]\n\tadd %w0, %w0, #1\n\tstlxr %w1, %w0, [%2]"
                         : "=&r"(value), "=&r"(failed)
                         : "r"(p)
                         : "memory");
    while (failed);
}

#endif
