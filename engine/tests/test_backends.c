/* test_backends.c - names of kernel backends: what each means here, and one sentence for those that mean nothing. */
#include "engine/kernels/backends.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char model_path[] = "datasets/reference/b158-i2_s.gguf";

static struct bn_backend find(const char *name)
{
    struct bn_backend b;
    struct bn_error err = {.status = BN_OK};
    cr_expect_eq(bn_backend_find(&b, name, &err), BN_OK, "%s: %s", name, err.text);
    return b;
}

static void expect_refused(const char *name, enum bn_status status, const char *text)
{
    struct bn_backend b;
    struct bn_error err = {.status = BN_OK};
    cr_expect_eq(bn_backend_find(&b, name, &err), status, "%s", name);
    cr_expect(strstr(err.text, text), "%s: %s", name, err.text);
    cr_expect(strstr(err.text, "hoose from auto, ref, ") && strstr(err.text, ", bitblas, generic, reference64."), "%s",
              err.text);
}

Test(backends, names_of_this_build)
{
    const char *names[32];
    size_t n = bn_kernel_backends(names, 32);
    for (size_t i = 0; i < n; i++) {
        struct bn_backend b = find(names[i]);
        cr_expect_str_eq(b.variant, names[i]);
        cr_expect(!b.generic && !b.reference64);
    }
    cr_expect_null(find("auto").variant);
    cr_expect_null(find("bitblas").variant);
    cr_expect(find("generic").generic);
    cr_expect(find("reference64").reference64);
}

Test(backends, other_hardware_and_nonsense_are_refused)
{
    static const char *const gpu[] = {"cuda", "cublas", "hip", "hipblas", "rocm", "metal", "vulkan", "opencl", "sycl"};
    for (size_t i = 0; i < sizeof gpu / sizeof *gpu; i++)
        expect_refused(gpu[i], BN_ERR_UNSUPPORTED, "this engine computes on CPUs only");
    expect_refused("mmx", BN_ERR_USAGE, "Unknown kernel backend \"mmx\"; ");
    expect_refused("", BN_ERR_USAGE, "Unknown kernel backend \"\"; ");
#if defined(__x86_64__)
    expect_refused("neon", BN_ERR_UNSUPPORTED, "is for ARM CPUs; ");
    expect_refused("sve", BN_ERR_UNSUPPORTED, "is for AArch64 CPUs; ");
    expect_refused("vsx", BN_ERR_UNSUPPORTED, "is for POWER CPUs; ");
    expect_refused("vxe", BN_ERR_UNSUPPORTED, "is for IBM Z CPUs; ");
    expect_refused("rvv", BN_ERR_UNSUPPORTED, "is for RISC-V CPUs; ");
#else
    expect_refused("avx2", BN_ERR_UNSUPPORTED, "is for x86-64 CPUs; ");
#endif
}

/* A variant of this build that this CPU cannot run: the instructions that it lacks are named. */
Test(backends, what_is_missing_is_named)
{
    size_t n, refused = 0;
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    char lacks[256];
    for (size_t i = 0; i < n; i++) {
        const char *missing = bn_cpu_lacks(all[i]->needs, lacks, sizeof lacks);
        cr_expect_eq(!missing[0], !(all[i]->needs & ~bn_cpu_features()), "%s lacks \"%s\"", all[i]->variant, missing);
        if (!missing[0]) continue;
        expect_refused(all[i]->variant, BN_ERR_UNSUPPORTED, missing);
        refused++;
    }
    if (!refused) cr_skip("this CPU runs every variant of this build");
}

/* Every variant of the list is a value that sweeps try, so that none is left unmeasured. */
Test(backends, every_variant_is_a_value_of_the_option)
{
    size_t n;
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    const struct bn_option *o = bn_option_find("kernel_backend");
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (const char *const *v = o->values; *v; v++) found |= !strcmp(*v, all[i]->variant);
        cr_expect(found, "%s", all[i]->variant);
    }
}

Test(backends, the_environment_is_the_default)
{
    struct bn_backend b;
    struct bn_error err = {.status = BN_OK};
    setenv("BITNET_KERNEL_BACKEND", "ref", 1);
    cr_expect_str_eq(find(NULL).variant, "ref");
    cr_expect_null(find("auto").variant);
    setenv("BITNET_KERNEL_BACKEND", "", 1);
    cr_expect_null(find(NULL).variant);
    setenv("BITNET_KERNEL_BACKEND", "warp", 1);
    cr_expect_eq(bn_backend_find(&b, NULL, &err), BN_ERR_USAGE);
    cr_expect(strstr(err.text, "\"warp\" of BITNET_KERNEL_BACKEND"), "%s", err.text);
    unsetenv("BITNET_KERNEL_BACKEND");
    for (int i = 0; i < 2; i++) {
        setenv("BITNET_AMX_ENABLED", i ? "1" : "0", 1);
        cr_expect_null(find("auto").variant);
    }
    setenv("BITNET_AMX_ENABLED", "yes", 1);
    cr_expect_eq(bn_backend_find(&b, "auto", &err), BN_ERR_USAGE);
    cr_expect_str_eq(err.text, "The environment variable BITNET_AMX_ENABLED must be 0 or 1, not \"yes\".");
}

static struct bn_model *open_with(const char *backend, const char *layout, enum bn_status expected)
{
    struct bn_model *model = NULL;
    struct bn_error err = {.status = BN_OK};
    const struct bn_model_options o = {.kernel_backend = backend, .ternary_layout = layout};
    cr_assert_eq(bn_model_open(&model, model_path, &o, &err), expected, "%s", err.text);
    return model;
}

static uint64_t hash_of(const char *backend)
{
    static const int32_t ids[] = {1, 17, 300, 42, 9, 2500, 7};
    struct bn_model *model = open_with(backend, NULL, BN_OK);
    struct bn_session *session;
    cr_assert_eq(bn_session_open(&session, model, &(struct bn_session_options){.n_ctx = 16, .n_threads = 2}, NULL),
                 BN_OK);
    bn_session_hash_reset(session, true);
    cr_assert_eq(bn_prefill(session, ids, 6, NULL), BN_OK);
    cr_assert_eq(bn_decode(session, ids[6], NULL), BN_OK);
    uint64_t hash = bn_session_logits_hash(session);
    bn_session_close(session);
    bn_model_close(model);
    return hash;
}

Test(backends, generic_has_floats_and_the_same_bits)
{
    struct bn_model *model = open_with("generic", NULL, BN_OK);
    const struct bn_model_info *info = bn_model_info(model);
    cr_expect(!strncmp(info->kernels, "generic (", 9), "%s", info->kernels);
    cr_expect_str_eq(info->ternary_layout, "f32");
    bn_model_close(model);
    cr_expect_eq(hash_of("generic"), hash_of("ref"));
    cr_expect_eq(hash_of("bitblas"), hash_of("auto"));
    open_with("generic", "i2", BN_ERR_UNSUPPORTED);
    bn_model_close(open_with("generic", "f32", BN_OK));
}
