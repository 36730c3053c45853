/* dlopen, without RTLD_DEEPBIND: a plugin that looks for symbols in itself and its own libraries first would find the C
 * library before us, and have the machine's clock (PHP's curl, modules of Apache).
 *
 * The C library looks for a plugin by who asks for it (RUNPATH, $ORIGIN), which it tells by the address that dlopen
 * returns to. So these do not call it: they change an argument and go on there, as if they had not been. */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <dlfcn.h>

/* The registers that arguments come in, as they are put away below. */
struct dlopen_arguments {
    long file, flags;
};
struct dlmopen_arguments {
    long namespace, file, flags, rest;
};

__attribute__((visibility("hidden"), used)) void *night_before_dlopen(struct dlopen_arguments *given) {
    NIGHT_REAL(dlopen);
    if (night_page)
        given->flags &= ~(long)RTLD_DEEPBIND;
    return (void *)(uintptr_t)real;
}

/* A namespace of its own has a C library of its own, which no other library comes before. */
__attribute__((visibility("hidden"), used)) void *night_before_dlmopen(struct dlmopen_arguments *given) {
    NIGHT_REAL(dlmopen);
    if (night_page)
        given->flags &= ~(long)RTLD_DEEPBIND;
    if (night_page && given->namespace != LM_ID_BASE && given->file)
        night_tell_outside(NIGHT_OUTSIDE_LINK_NAMESPACE, (const char *)given->file);
    return (void *)(uintptr_t)real;
}

#define GLOBAL(name) ".globl " #name "\n.type " #name ", %function\n" #name ":\n.cfi_startproc\n"
#define END(name) ".cfi_endproc\n.size " #name ", .-" #name "\n"

#if defined(__x86_64__)
__asm__(".text\n" GLOBAL(dlopen)
        "endbr64\n"
        "sub $24, %rsp\n.cfi_adjust_cfa_offset 24\n"
        "mov %rdi, (%rsp)\nmov %rsi, 8(%rsp)\n"
        "mov %rsp, %rdi\ncall night_before_dlopen\n"
        "mov (%rsp), %rdi\nmov 8(%rsp), %rsi\n"
        "add $24, %rsp\n.cfi_adjust_cfa_offset -24\n"
        "jmp *%rax\n" END(dlopen));
__asm__(".text\n" GLOBAL(dlmopen)
        "endbr64\n"
        "sub $40, %rsp\n.cfi_adjust_cfa_offset 40\n"
        "mov %rdi, (%rsp)\nmov %rsi, 8(%rsp)\nmov %rdx, 16(%rsp)\n"
        "mov %rsp, %rdi\ncall night_before_dlmopen\n"
        "mov (%rsp), %rdi\nmov 8(%rsp), %rsi\nmov 16(%rsp), %rdx\n"
        "add $40, %rsp\n.cfi_adjust_cfa_offset -40\n"
        "jmp *%rax\n" END(dlmopen));
#elif defined(__aarch64__)
__asm__(".text\n" GLOBAL(dlopen)
        "stp x29, x30, [sp, #-32]!\n.cfi_adjust_cfa_offset 32\n"
        "stp x0, x1, [sp, #16]\n"
        "add x0, sp, #16\nbl night_before_dlopen\n"
        "mov x16, x0\nldp x0, x1, [sp, #16]\n"
        "ldp x29, x30, [sp], #32\n.cfi_adjust_cfa_offset -32\n"
        "br x16\n" END(dlopen));
__asm__(".text\n" GLOBAL(dlmopen)
        "stp x29, x30, [sp, #-48]!\n.cfi_adjust_cfa_offset 48\n"
        "stp x0, x1, [sp, #16]\nstr x2, [sp, #32]\n"
        "add x0, sp, #16\nbl night_before_dlmopen\n"
        "mov x16, x0\nldp x0, x1, [sp, #16]\nldr x2, [sp, #32]\n"
        "ldp x29, x30, [sp], #48\n.cfi_adjust_cfa_offset -48\n"
        "br x16\n" END(dlmopen));
#endif
