/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/gic_regs.h - register offsets and fields of a GICv2, with the names of ARM IHI 0048B.
 *
 * Offsets are from the start of the frame. A field NAME_Field is a mask; NAME_Field_SHIFT is the place of
 * its lowest bit where the field is wider than one bit. GIC_FIELD_GET and GIC_FIELD_SET move values.
 * The library asserts at compile time that every constant here agrees with its register tables.
 */
#ifndef TRAPLINE_GIC_REGS_H
#define TRAPLINE_GIC_REGS_H

#define GIC_FIELD_GET(field, word)  (((word) & (field)) >> field##_SHIFT)
#define GIC_FIELD_SET(field, value) (((value) << field##_SHIFT) & (field))

/* GICD: Distributor (4.3). Arrays: the offset of the first register. */
#define GICD_CTLR       0x000u
#define GICD_TYPER      0x004u
#define GICD_IIDR       0x008u
#define GICD_IGROUPR    0x080u /* 1 bit per interrupt */
#define GICD_ISENABLER  0x100u /* 1 bit per interrupt */
#define GICD_ICENABLER  0x180u /* 1 bit per interrupt */
#define GICD_ISPENDR    0x200u /* 1 bit per interrupt */
#define GICD_ICPENDR    0x280u /* 1 bit per interrupt */
#define GICD_ISACTIVER  0x300u /* 1 bit per interrupt */
#define GICD_ICACTIVER  0x380u /* 1 bit per interrupt */
#define GICD_IPRIORITYR 0x400u /* 1 byte per interrupt */
#define GICD_ITARGETSR  0x800u /* 1 byte per interrupt */
#define GICD_ICFGR      0xc00u /* 2 bits per interrupt, the upper one: edge-triggered */
#define GICD_PPISR      0xd00u
#define GICD_SPISR      0xd04u
#define GICD_NSACR      0xe00u
#define GICD_SGIR       0xf00u
#define GICD_CPENDSGIR  0xf10u /* 1 byte per SGI, 1 bit per source CPU */
#define GICD_SPENDSGIR  0xf20u /* 1 byte per SGI, 1 bit per source CPU */
#define GICD_PIDR4      0xfd0u
#define GICD_PIDR5      0xfd4u
#define GICD_PIDR6      0xfd8u
#define GICD_PIDR7      0xfdcu
#define GICD_PIDR0      0xfe0u
#define GICD_PIDR1      0xfe4u
#define GICD_PIDR2      0xfe8u
#define GICD_PIDR3      0xfecu
#define GICD_CIDR0      0xff0u
#define GICD_CIDR1      0xff4u
#define GICD_CIDR2      0xff8u
#define GICD_CIDR3      0xffcu

#define GICD_CTLR_EnableGrp0 0x00000001u
#define GICD_CTLR_EnableGrp1 0x00000002u

#define GICD_TYPER_ITLinesNumber       0x0000001fu
#define GICD_TYPER_ITLinesNumber_SHIFT 0
#define GICD_TYPER_CPUNumber           0x000000e0u
#define GICD_TYPER_CPUNumber_SHIFT     5
#define GICD_TYPER_SecurityExtn        0x00000400u
#define GICD_TYPER_LSPI                0x0000f800u
#define GICD_TYPER_LSPI_SHIFT          11

#define GICD_IIDR_Implementer       0x00000fffu
#define GICD_IIDR_Implementer_SHIFT 0
#define GICD_IIDR_Revision          0x0000f000u
#define GICD_IIDR_Revision_SHIFT    12
#define GICD_IIDR_Variant           0x000f0000u
#define GICD_IIDR_Variant_SHIFT     16
#define GICD_IIDR_ProductID         0xff000000u
#define GICD_IIDR_ProductID_SHIFT   24

#define GICD_SGIR_SGIINTID               0x0000000fu
#define GICD_SGIR_SGIINTID_SHIFT         0
#define GICD_SGIR_NSATT                  0x00008000u
#define GICD_SGIR_CPUTargetList          0x00ff0000u
#define GICD_SGIR_CPUTargetList_SHIFT    16
#define GICD_SGIR_TargetListFilter       0x03000000u
#define GICD_SGIR_TargetListFilter_SHIFT 24

/* GICC: CPU interface (4.4). */
#define GICC_CTLR   0x000u
#define GICC_PMR    0x004u
#define GICC_BPR    0x008u
#define GICC_IAR    0x00cu
#define GICC_EOIR   0x010u
#define GICC_RPR    0x014u
#define GICC_HPPIR  0x018u
#define GICC_ABPR   0x01cu
#define GICC_AIAR   0x020u
#define GICC_AEOIR  0x024u
#define GICC_AHPPIR 0x028u
#define GICC_APR    0x0d0u
#define GICC_NSAPR  0x0e0u
#define GICC_IIDR   0x0fcu
#define GICC_DIR    0x1000u

#define GICC_CTLR_EnableGrp0    0x00000001u
#define GICC_CTLR_EnableGrp1    0x00000002u
#define GICC_CTLR_AckCtl        0x00000004u
#define GICC_CTLR_FIQEn         0x00000008u
#define GICC_CTLR_CBPR          0x00000010u
#define GICC_CTLR_FIQBypDisGrp0 0x00000020u
#define GICC_CTLR_IRQBypDisGrp0 0x00000040u
#define GICC_CTLR_FIQBypDisGrp1 0x00000080u
#define GICC_CTLR_IRQBypDisGrp1 0x00000100u
#define GICC_CTLR_EOImode       0x00000200u
#define GICC_CTLR_EOImodeNS     0x00000400u

#define GICC_PMR_Priority           0x000000ffu
#define GICC_PMR_Priority_SHIFT     0
#define GICC_BPR_Binary_point       0x00000007u
#define GICC_BPR_Binary_point_SHIFT 0

#define GICC_IIDR_Implementer        0x00000fffu
#define GICC_IIDR_Implementer_SHIFT  0
#define GICC_IIDR_Revision           0x0000f000u
#define GICC_IIDR_Revision_SHIFT     12
#define GICC_IIDR_Architecture       0x000f0000u
#define GICC_IIDR_Architecture_SHIFT 16
#define GICC_IIDR_ProductID          0xfff00000u
#define GICC_IIDR_ProductID_SHIFT    20

/* GICC_IAR, GICC_EOIR, GICC_HPPIR, GICC_DIR and their Group 1 aliases */
#define GICC_IAR_INTID       0x000003ffu
#define GICC_IAR_INTID_SHIFT 0
#define GICC_IAR_CPUID       0x00001c00u
#define GICC_IAR_CPUID_SHIFT 10

/* GICH: virtual interface control (5.3). */
#define GICH_HCR    0x000u
#define GICH_VTR    0x004u
#define GICH_VMCR   0x008u
#define GICH_MISR   0x010u
#define GICH_EISR   0x020u
#define GICH_EISR0  0x020u
#define GICH_EISR1  0x024u
#define GICH_ELRSR  0x030u
#define GICH_ELRSR0 0x030u
#define GICH_ELRSR1 0x034u
#define GICH_APR    0x0f0u
#define GICH_LR     0x100u
#define GICH_LR0    0x100u

#define GICH_HCR_En             0x00000001u
#define GICH_HCR_UIE            0x00000002u
#define GICH_HCR_LRENPIE        0x00000004u
#define GICH_HCR_NPIE           0x00000008u
#define GICH_HCR_VGrp0EIE       0x00000010u
#define GICH_HCR_VGrp0DIE       0x00000020u
#define GICH_HCR_VGrp1EIE       0x00000040u
#define GICH_HCR_VGrp1DIE       0x00000080u
#define GICH_HCR_EOICount       0xf8000000u
#define GICH_HCR_EOICount_SHIFT 27

#define GICH_VTR_ListRegs       0x0000003fu
#define GICH_VTR_ListRegs_SHIFT 0
#define GICH_VTR_PREbits        0x1c000000u
#define GICH_VTR_PREbits_SHIFT  26
#define GICH_VTR_PRIbits        0xe0000000u
#define GICH_VTR_PRIbits_SHIFT  29

#define GICH_VMCR_VMGrp0En        0x00000001u
#define GICH_VMCR_VMGrp1En        0x00000002u
#define GICH_VMCR_VMAckCtl        0x00000004u
#define GICH_VMCR_VMFIQEn         0x00000008u
#define GICH_VMCR_VMCBPR          0x00000010u
#define GICH_VMCR_VEM             0x00000200u
#define GICH_VMCR_VMABP           0x001c0000u
#define GICH_VMCR_VMABP_SHIFT     18
#define GICH_VMCR_VMBP            0x00e00000u
#define GICH_VMCR_VMBP_SHIFT      21
#define GICH_VMCR_VMPriMask       0xf8000000u
#define GICH_VMCR_VMPriMask_SHIFT 27

#define GICH_MISR_EOI    0x00000001u
#define GICH_MISR_U      0x00000002u
#define GICH_MISR_LRENP  0x00000004u
#define GICH_MISR_NP     0x00000008u
#define GICH_MISR_VGrp0E 0x00000010u
#define GICH_MISR_VGrp0D 0x00000020u
#define GICH_MISR_VGrp1E 0x00000040u
#define GICH_MISR_VGrp1D 0x00000080u

#define GICH_LR_VirtualID        0x000003ffu
#define GICH_LR_VirtualID_SHIFT  0
#define GICH_LR_PhysicalID       0x000ffc00u /* HW = 1 */
#define GICH_LR_PhysicalID_SHIFT 10
#define GICH_LR_CPUID            0x00001c00u /* HW = 0: source of a virtual SGI */
#define GICH_LR_CPUID_SHIFT      10
#define GICH_LR_EOI              0x00080000u /* HW = 0: maintenance interrupt at the end */
#define GICH_LR_Priority         0x0f800000u
#define GICH_LR_Priority_SHIFT   23
#define GICH_LR_State            0x30000000u
#define GICH_LR_State_SHIFT      28
#define GICH_LR_State_Pending    0x10000000u
#define GICH_LR_State_Active     0x20000000u
#define GICH_LR_Grp1             0x40000000u
#define GICH_LR_HW               0x80000000u

/* GICV: virtual CPU interface (5.5), seen by the guest as its GICC. */
#define GICV_CTLR   0x000u
#define GICV_PMR    0x004u
#define GICV_BPR    0x008u
#define GICV_IAR    0x00cu
#define GICV_EOIR   0x010u
#define GICV_RPR    0x014u
#define GICV_HPPIR  0x018u
#define GICV_ABPR   0x01cu
#define GICV_AIAR   0x020u
#define GICV_AEOIR  0x024u
#define GICV_AHPPIR 0x028u
#define GICV_APR    0x0d0u
#define GICV_IIDR   0x0fcu
#define GICV_DIR    0x1000u

#define GICV_CTLR_EnableGrp0 0x00000001u
#define GICV_CTLR_EnableGrp1 0x00000002u
#define GICV_CTLR_AckCtl     0x00000004u
#define GICV_CTLR_FIQEn      0x00000008u
#define GICV_CTLR_CBPR       0x00000010u
#define GICV_CTLR_EOImode    0x00000200u

#define GICV_PMR_Priority           0x000000f8u
#define GICV_PMR_Priority_SHIFT     3
#define GICV_BPR_Binary_point       0x00000007u
#define GICV_BPR_Binary_point_SHIFT 0

#define GICV_IIDR_Implementer        0x00000fffu
#define GICV_IIDR_Implementer_SHIFT  0
#define GICV_IIDR_Revision           0x0000f000u
#define GICV_IIDR_Revision_SHIFT     12
#define GICV_IIDR_Architecture       0x000f0000u
#define GICV_IIDR_Architecture_SHIFT 16
#define GICV_IIDR_ProductID          0xfff00000u
#define GICV_IIDR_ProductID_SHIFT    20

#define GICV_IAR_INTID       0x000003ffu
#define GICV_IAR_INTID_SHIFT 0
#define GICV_IAR_CPUID       0x00001c00u
#define GICV_IAR_CPUID_SHIFT 10

#endif
