// SPDX-License-Identifier: Apache-2.0
//
// Reset, stacks and exception vectors of an AArch64 program at EL1.

    .section .text.start, "ax"
    .global _start
_start:
    msr     spsel, #1
    mrs     x19, mpidr_el1
    and     x19, x19, #0xff         // Aff0: number of the core
    adrp    x0, stacks
    add     x0, x0, :lo12:stacks
    add     x1, x19, #1
    add     x0, x0, x1, lsl #13     // 8 KiB for each
    mov     sp, x0
    adr     x0, vectors
    msr     vbar_el1, x0
    isb
    cbnz    x19, 2f

    adrp    x0, bss_start           // core 0 clears the memory of C ...
    add     x0, x0, :lo12:bss_start
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
1:  cmp     x0, x1
    b.hs    3f
    str     xzr, [x0], #8
    b       1b

2:  adrp    x0, bss_is_clear        // ... and the others wait for it
    ldr     w1, [x0, :lo12:bss_is_clear]
    cbz     w1, 2b
    dmb     sy
    b       4f
3:  adrp    x0, bss_is_clear
    mov     w1, #1
    dmb     sy
    str     w1, [x0, :lo12:bss_is_clear]

4:  mov     x0, x19
    bl      firmware_main           // void firmware_main(unsigned core)
5:  wfi
    b       5b

// What a C function may change, and what an interrupt in the handler would.
    .macro  save
    sub     sp, sp, #176
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #160]
    .endm

    .macro  vector function
    .balign 0x80
    save
    bl      \function
    b       restore
    .endm

restore:
    msr     daifset, #2             // the handler may have let others in
    ldp     x0, x1, [sp, #160]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    add     sp, sp, #176
    eret

    .balign 0x800
vectors:
    .rept   4                       // from EL1 on SP_EL0: this program does not use it
    vector  on_unexpected
    .endr
    vector  on_svc                  // from EL1 on SP_EL1
    vector  on_irq
    vector  on_unexpected
    vector  on_unexpected
    .rept   8                       // from EL0
    vector  on_unexpected
    .endr

    .data
    .balign 4
bss_is_clear:
    .word   0

    .section .stacks, "aw", %nobits
    .balign 16
stacks:
    .skip   8 * 0x2000
