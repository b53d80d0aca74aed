/* backends.c - what a caller may name as kernel_backend, and what each name means on this CPU. */
#include "engine/kernels/backends.h"
#include "engine/bitnet.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of other hardware. Variants of this build are looked up first. */
#define NO_GPU ", and this engine computes on CPUs only"
static const struct {
    const char *is_for, *names[8];
} elsewhere[] = {{"NVIDIA GPUs" NO_GPU, {"cuda", "cublas", "tensorrt", "triton"}},
                 {"AMD GPUs" NO_GPU, {"hip", "hipblas", "rocm"}},
                 {"Apple GPUs" NO_GPU, {"metal", "mps"}},
                 {"GPUs" NO_GPU, {"vulkan", "opencl", "sycl", "kompute", "directml", "webgpu"}},
                 {"accelerators" NO_GPU, {"npu", "tpu", "cann", "musa"}},
                 {"x86-64 CPUs", {"sse41", "avx2", "avxvnni", "avx512vnni", "amx"}},
                 {"x86 CPUs", {"sse2"}},
                 {"ARM CPUs", {"neon"}},
                 {"AArch64 CPUs", {"dotprod", "sve", "i8mm"}},
                 {"POWER CPUs", {"vsx"}},
                 {"IBM Z CPUs", {"vxe"}},
                 {"RISC-V CPUs", {"rvv"}}};
enum { N_ELSEWHERE = sizeof elsewhere / sizeof *elsewhere, MOST_NAMES = sizeof elsewhere->names / sizeof(char *) };

static bool known(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

static bool runs_here(const struct bn_kernel_variant *v) { return !(v->needs & ~bn_cpu_features()); }

size_t bn_kernel_backends(const char **names, size_t cap)
{
    size_t n_variants, n = 0;
    const struct bn_kernel_variant *const *variants = bn_kernel_variants(&n_variants);
    for (size_t i = 0; i < n_variants && n < cap; i++)
        if (runs_here(variants[i]) && !known(names, n, variants[i]->variant)) names[n++] = variants[i]->variant;
    return n;
}

const char *bn_kernel_best(const char *op)
{
    size_t n;
    const char *best = NULL;
    const struct bn_kernel_variant *const *variants = bn_kernel_variants(&n);
    for (size_t i = 0; i < n; i++)
        if (runs_here(variants[i]) && !strcmp(variants[i]->op_name, op)) best = variants[i]->variant;
    return best;
}

/* "auto, ref, avx2, bitblas, generic, reference64" */
static const char *choices(char *text, size_t size)
{
    const char *variants[32];
    size_t n = bn_kernel_backends(variants, 32), used = (size_t)snprintf(text, size, "auto");
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, ", %s", variants[i]);
    if (used < size) snprintf(text + used, size - used, ", bitblas, generic, reference64");
    return text;
}

/* What the kernels of that name need; BN_CPU_ANY: this build has none. */
static uint32_t needs_of(const char *name)
{
    size_t n;
    const struct bn_kernel_variant *const *variants = bn_kernel_variants(&n);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(variants[i]->variant, name)) return variants[i]->needs;
    return BN_CPU_ANY;
}

static const char *other_hardware(const char *name)
{
    for (int i = 0; i < N_ELSEWHERE; i++)
        for (int j = 0; j < MOST_NAMES && elsewhere[i].names[j]; j++)
            if (!strcmp(elsewhere[i].names[j], name)) return elsewhere[i].is_for;
    return NULL;
}

/* `from`: where the name was given, unless by an option. */
static enum bn_status refuse(const char *name, const char *from, struct bn_error *err)
{
    char text[256], lacks[256];
    const char *is_for = other_hardware(name);
    uint32_t needs = needs_of(name);
    if (needs)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "This CPU cannot run kernel backend \"%s\"%s: it lacks %s. Choose from %s.", name, from,
                       bn_cpu_lacks(needs, lacks, sizeof lacks), choices(text, sizeof text));
    if (is_for)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "Kernel backend \"%s\"%s is for %s; choose from %s.", name, from,
                       is_for, choices(text, sizeof text));
    return bn_fail(err, BN_ERR_USAGE, "Unknown kernel backend \"%s\"%s; choose from %s.", BN_PRINTABLE(name), from,
                   choices(text, sizeof text));
}

static enum bn_status check_amx_switch(struct bn_error *err)
{
    const char *value = getenv("BITNET_AMX_ENABLED");
    if (!value || !*value || !strcmp(value, "0") || !strcmp(value, "1")) return BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "The environment variable BITNET_AMX_ENABLED must be 0 or 1, not \"%s\".",
                   BN_PRINTABLE(value));
}

enum bn_status bn_backend_find(struct bn_backend *backend, const char *name, struct bn_error *err)
{
    static const char *const all[] = {"auto", "bitblas", "generic", "reference64"};
    const char *variants[32], *from = "";
    size_t n = bn_kernel_backends(variants, 32);
    if (!name) {
        name = getenv("BITNET_KERNEL_BACKEND");
        if (!name || !*name) name = "auto";
        from = " of BITNET_KERNEL_BACKEND";
    }
    *backend = (struct bn_backend){.generic = !strcmp(name, "generic"), .reference64 = !strcmp(name, "reference64")};
    if (known(variants, n, name))
        backend->variant = name;
    else if (!known(all, 4, name))
        return refuse(name, from, err);
    return check_amx_switch(err);
}
