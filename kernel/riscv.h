/* SPDX-License-Identifier: MIT */
/* The hart as C sees it: control registers and fences, and no policy.
 * All hardware syntax of the kernel is in this file and in the two .S files. */
#pragma once

#include <stdint.h>

/* scause [priv 10.1.8]; interrupts have the top bit. */
enum {
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_USER_CALL = 8,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};
#define CAUSE_INTERRUPT (UINT64_C(1) << 63)
#define CAUSE_SOFTWARE (CAUSE_INTERRUPT | 1)
#define CAUSE_TIMER (CAUSE_INTERRUPT | 5)
#define CAUSE_EXTERNAL (CAUSE_INTERRUPT | 9)

#define SSTATUS_SIE (UINT64_C(1) << 1)
#define SSTATUS_SPIE (UINT64_C(1) << 5)
#define SSTATUS_SPP (UINT64_C(1) << 8)
#define SSTATUS_VS (UINT64_C(3) << 9)
#define SSTATUS_FS (UINT64_C(3) << 13)
#define SSTATUS_SUM (UINT64_C(1) << 18)
#define SSTATUS_MXR (UINT64_C(1) << 19)
#define SIE_SSIE (UINT64_C(1) << 1) /* the same places in sip */
#define SIE_STIE (UINT64_C(1) << 5)
#define SIE_SEIE (UINT64_C(1) << 9)
#define SATP_SV39 (UINT64_C(8) << 60)
#define SATP_ASID_SHIFT 44

#define CSR_READ(name)                                                         \
    __extension__({                                                            \
        uint64_t value_;                                                       \
        __asm__ volatile("csrr %0, " #name : "=r"(value_));                    \
        value_;                                                                \
    })
#define CSR_WRITE(name, value)                                                 \
    __asm__ volatile("csrw " #name ", %0" ::"rK"((uint64_t)(value)) : "memory")
#define CSR_SET(name, bits)                                                    \
    __asm__ volatile("csrs " #name ", %0" ::"rK"((uint64_t)(bits)) : "memory")
#define CSR_CLEAR(name, bits)                                                  \
    __asm__ volatile("csrc " #name ", %0" ::"rK"((uint64_t)(bits)) : "memory")

/* Ticks of the timebase, whose frequency the device tree tells. */
static inline uint64_t
riscv_time(void)
{
    return CSR_READ(time);
}

/* Instructions that this hart has retired. */
static inline uint64_t
riscv_instructions(void)
{
    return CSR_READ(instret);
}

/* The supervisor timer compare register of Sstc; assemblers of 2022 do not
 * know its name. */
static inline void
riscv_stimecmp_write(uint64_t ticks)
{
    __asm__ volatile("csrw 0x14d, %0" ::"r"(ticks));
}

/* Forgets the translations of one page in one address space. */
static inline void
riscv_flush_page(uint64_t vaddr, uint64_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" ::"r"(vaddr), "r"(asid) : "memory");
}

static inline void
riscv_flush_asid(uint64_t asid)
{
    __asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory");
}

static inline void
riscv_flush_all(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Makes stores to code visible to this hart's instruction fetch. */
static inline void
riscv_flush_code(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

/* Stops until an interrupt is pending; it need not be enabled in sstatus. */
static inline void
riscv_wait(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

/* Breaks a reservation that an interrupted lr left behind, so that the next
 * thread's sc cannot succeed on the strength of it [unpriv 8.2]. */
static inline void
riscv_reservation_clear(void)
{
    uint32_t word = 0;
    __asm__ volatile("sc.w zero, zero, (%0)" ::"r"(&word) : "memory");
}

/* A test-and-set lock. Taking it comes before, dropping it after, everything
 * that it protects. */
static inline void
riscv_lock(uint32_t *lock) /* NOLINT(readability-non-const-parameter): stores */
{
    uint32_t was_taken;

    do
        was_taken = __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE);
    while (was_taken);
}

static inline void
riscv_unlock(uint32_t *lock) /* NOLINT(readability-non-const-parameter): too */
{
    __atomic_exchange_n(lock, 0, __ATOMIC_RELEASE);
}

/* The hart's record, which the kernel keeps in tp. */
static inline void *
riscv_tp(void)
{
    void *tp;

    __asm__("mv %0, tp" : "=r"(tp));
    return tp;
}

static inline void
riscv_tp_set(void *tp)
{
    __asm__ volatile("mv tp, %0" ::"r"(tp));
}

static inline uint64_t
riscv_sp(void)
{
    uint64_t sp;

    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}

struct sbi_result {
    int64_t error, value;
};

static inline struct sbi_result
riscv_sbi_call(uint64_t extension, uint64_t function,
               const uint64_t arguments[5])
{
    register uint64_t a0 __asm__("a0") = arguments[0];
    register uint64_t a1 __asm__("a1") = arguments[1];
    register uint64_t a2 __asm__("a2") = arguments[2];
    register uint64_t a3 __asm__("a3") = arguments[3];
    register uint64_t a4 __asm__("a4") = arguments[4];
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
                     : "memory");
    return (struct sbi_result){(int64_t)a0, (int64_t)a1};
}
