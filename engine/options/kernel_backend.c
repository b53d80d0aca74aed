/* kernel_backend.c - option: which kernels compute. */
#include "engine/kernels/backends.h"
#include "engine/options/option.h"
#include <string.h>

static bool here(const char *value)
{
    struct bn_backend backend;
    return bn_backend_find(&backend, value, NULL) == BN_OK;
}

static bool idle(const char *value, const struct bn_model_info *model) { return !strcmp(value, model->kernels); }

/* The model knows the names (engine/kernels/backends.c), and which of them run here. */
static enum bn_status set(struct bn_settings *s, const char *value, struct bn_error *err)
{
    (void)err;
    s->model.kernel_backend = value;
    return BN_OK;
}

BN_OPTION(kernel_backend, .argument = "NAME",
          .values = (const char *const[]){"auto", "generic", "ref", "sse2", "sse41", "avx2", "avxvnni", "avx512vnni",
                                          "amx", "neon", "dotprod", "sve", "i8mm", "vsx", "vxe", "rvv", NULL},
          .help = "kernels: auto (bitblas: the same) is the best of this CPU, ref, sse41, avx2, avx512vnni, neon, ... "
                  "the best up to that one, generic has no 1-bit kernels, reference64 is double precision",
          .inexact = (const char *const[]){"reference64", NULL}, .hypothesis = "S13 S14 S15 S16 S17 S18",
          .exactness = "EXACT, but for reference64, which is what the others are checked against", .here = here,
          .idle = idle, .set = set);
