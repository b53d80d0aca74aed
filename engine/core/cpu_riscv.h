/* cpu_riscv.h - does a RISC-V CPU have vectors of version 1.0? Linux says so since 6.5 (riscv_hwprobe); before that,
 * and under emulators that do not know the call, the instruction is tried. AT_HWCAP does not tell 1.0 from the 0.7 of
 * some vendors' kernels. */
#ifndef BN_CORE_CPU_RISCV_H
#define BN_CORE_CPU_RISCV_H
#if defined(__riscv)
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static sigjmp_buf bn_riscv_illegal;
static void bn_riscv_on_illegal(int signal_number)
{
    (void)signal_number;
    siglongjmp(bn_riscv_illegal, 1);
}

/* vsetvli of 16 bytes with the policy bits of 1.0 (ta, ma), written in bytes for assemblers without vectors. Version
 * 0.7 has no such bits: it sets vl to 0. */
static inline bool bn_riscv_vectors_run(void)
{
    volatile bool run = false;
    struct sigaction new = {.sa_handler = bn_riscv_on_illegal}, old;
    sigemptyset(&new.sa_mask);
    if (sigaction(SIGILL, &new, &old)) return false;
    if (!sigsetjmp(bn_riscv_illegal, 1)) {
        register uintptr_t vl __asm__("a0") = 16;
        __asm__ volatile(".4byte 0x0c057557" : "+r"(vl)); /* vsetvli a0, a0, e8, m1, ta, ma */
        run = vl == 16;
    }
    sigaction(SIGILL, &old, NULL);
    return run;
}

static inline bool bn_riscv_has_vectors(void)
{
    enum { HWPROBE = 258, IMA_EXT_0 = 4 };
    struct {
        int64_t key;
        uint64_t value;
    } ask = {IMA_EXT_0, 0};
    if (syscall(HWPROBE, &ask, 1L, 0L, NULL, 0L) == 0 && ask.key == IMA_EXT_0) return ask.value >> 2 & 1;
    return bn_riscv_vectors_run();
}
#endif
#endif
