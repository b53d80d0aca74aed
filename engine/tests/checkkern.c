/* checkkern.c - checks every kernel variant against the reference bit for bit, and times them (--bench).
 * It walks kernels.list: a new variant needs no new line here. */
#include "engine/tests/checkkern.h"
#include "engine/tests/checkkern_amx_emulator.h"
#include "engine/cmdline.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
    const char *op, *variant;
    uint64_t seed;
    bool bench, json, emulate_amx, list;
} opt = {.seed = 1};

static const struct bn_cmd_option options[] = {
    {"op", "NAME", BN_CMD_STRING, &opt.op, "this operation only (matmul_i2, attention, ...)", 0, 0},
    {"variant", "NAME", BN_CMD_STRING, &opt.variant, "this variant only (avx2, avx512vnni, ...)", 0, 0},
    {"seed", "N", BN_CMD_U64, &opt.seed, "seed of the random inputs", 0, 0},
    {"list", NULL, BN_CMD_FLAG, &opt.list, "list operations with their contracts and variants", 0, 0},
    {"bench", NULL, BN_CMD_FLAG, &opt.bench, "time the kernels instead, beside the limits of the machine", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &opt.json, "with --bench: one JSON object instead of the table", 0, 0},
    {"emulate_amx", NULL, BN_CMD_FLAG, &opt.emulate_amx,
     "run AMX kernels where the CPU has AVX-512 only: a signal handler emulates the illegal tile instructions", 0, 0},
    {0}};
static const struct bn_cmd cmd = {"checkkern", "check kernel variants against the reference, bit for bit", "[options]",
                                  options, NULL};

uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int rng_below(struct rng *r, int n) { return (int)(rng_next(r) % (uint64_t)n); }

static float random_float(enum fill kind, struct rng *r)
{
    float unit = (float)(int32_t)rng_next(r) * 0x1p-31f;
    if (kind == FILL_MIXED) kind = (enum fill)rng_below(r, FILL_MIXED);
    if (kind == FILL_ZERO) return unit > 0 ? 0.0f : -0.0f;
    if (kind == FILL_LARGE) return unit * 60000.0f;
    if (kind == FILL_TINY) return unit * 1e-7f;
    return unit * 3.0f;
}

void fill_floats(float *x, size_t n, enum fill kind, struct rng *r)
{
    for (size_t i = 0; i < n; i++) x[i] = random_float(kind == FILL_ONE_LARGE ? FILL_NORMAL : kind, r);
    if (kind == FILL_ONE_LARGE) x[rng_next(r) % n] = -1e4f;
}

void fill_bytes(void *x, size_t n, struct rng *r)
{
    for (size_t i = 0; i < n; i++) ((uint8_t *)x)[i] = (uint8_t)(rng_next(r) >> 32);
}

static struct region {
    void *at;
    size_t bytes;
} regions[64];
static int n_regions;

void *guarded(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (bytes + page - 1) / page * page;
    char *at = mmap(NULL, body + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || mprotect(at + page, body, PROT_READ | PROT_WRITE) || n_regions == 64)
        bn_cmd_fail(&cmd, 1, "Out of memory: could not allocate %zu guarded bytes.", bytes);
    regions[n_regions++] = (struct region){at, body + 2 * page};
    memset(at + page, 0xa5, body);
    return at + page + body - bytes;
}

void *guarded_copy(const void *from, size_t bytes) { return memcpy(guarded(bytes), from, bytes); }

void guarded_release(void)
{
    while (n_regions > 0) {
        struct region r = regions[--n_regions];
        munmap(r.at, r.bytes);
    }
}

bool same_bytes(const void *expected, const void *got, size_t bytes, const char *what, ...)
{
    if (!memcmp(expected, got, bytes)) return true;
    const uint8_t *e = expected, *g = got;
    size_t at = 0;
    while (e[at] == g[at]) at++;
    va_list args;
    va_start(args, what);
    printf("# differs at byte %zu of %zu (0x%02x, not 0x%02x): ", at, bytes, g[at], e[at]);
    vprintf(what, args);
    printf("\n");
    va_end(args);
    return false;
}

static char running[160]; /* what runs now, for the message of a crash */
static void on_crash(int signal_number)
{
    ssize_t ignored = write(STDOUT_FILENO, running, strlen(running));
    (void)ignored;
    _exit(signal_number == SIGSEGV || signal_number == SIGBUS ? 1 : 2);
}

static const struct bn_kernel_variant *find_ref(enum bn_kernel_op op)
{
    size_t n;
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    for (size_t i = 0; i < n; i++)
        if (all[i]->op == op && !strcmp(all[i]->variant, "ref")) return all[i];
    return NULL;
}

static bool check_variant(const struct op_check *check, const struct bn_kernel_variant *v)
{
    const struct bn_kernel_variant *ref = find_ref(v->op);
    for (int number = 0; number < check->n_cases; number++) {
        struct rng r = {opt.seed * 1000003u + (uint64_t)number};
        snprintf(running, sizeof running,
                 "not ok kernel %s %s: crashed (read or wrote outside its buffers?) in case %d\n", v->op_name,
                 v->variant, number);
        bool same = check->check(ref->function, v->function, number, &r);
        guarded_release();
        if (!same) {
            printf("not ok kernel %s %s: case %d; again: checkkern --op %s --variant %s --seed %llu\n", v->op_name,
                   v->variant, number, v->op_name, v->variant, (unsigned long long)opt.seed);
            return false;
        }
    }
    printf("ok kernel %s %s (%d cases)\n", v->op_name, v->variant, check->n_cases);
    return true;
}

/* Features to rely on: those of the CPU, and AMX when it is emulated. */
static uint32_t features(void)
{
    uint32_t found = bn_cpu_features();
    if (opt.emulate_amx && !(found & BN_CPU_AMX) && amx_emulate()) found |= BN_CPU_AMX;
    return found;
}

static int check_all(void)
{
    size_t n;
    uint32_t usable = features();
    int checked = 0, bad = opt.variant ? 0 : check_references(opt.op);
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    for (size_t i = 0; i < n; i++) {
        const struct bn_kernel_variant *v = all[i];
        if ((opt.op && strcmp(opt.op, v->op_name)) || (opt.variant && strcmp(opt.variant, v->variant))) continue;
        if (!strcmp(v->variant, "ref")) {
            checked++;
            continue;
        }
        if (v->needs & ~usable) {
            char lacks[256];
            printf("skip kernel %s %s: this CPU lacks %s\n", v->op_name, v->variant,
                   bn_cpu_lacks(v->needs, lacks, sizeof lacks));
            checked++;
            continue;
        }
        bad += !check_variant(op_checks[v->op], v), checked++;
        fflush(stdout);
    }
    if (opt.emulate_amx) printf("# %lu tile instructions emulated\n", amx_emulated());
    if (checked == 0) bn_cmd_fail(&cmd, 2, "No kernel has that name; see engine/kernels/kernels.list.");
    return bad;
}

/* The table of operations: contract, then variants, weakest first; those that this CPU lacks are in brackets. */
static void list_all(void)
{
    static const char *const contracts[BN_KERNEL_OP_COUNT] = {
#define OP(name, result, params, args) [BN_KERNEL_##name] = #result " " #name #params,
#include "engine/kernels/ops.def"
#undef OP
    };
    size_t n;
    uint32_t usable = features();
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    for (int op = 0; op < BN_KERNEL_OP_COUNT; op++) {
        printf("%s\n   ", contracts[op]);
        for (size_t i = 0; i < n; i++)
            if ((int)all[i]->op == op) printf(all[i]->needs & ~usable ? " (%s)" : " %s", all[i]->variant);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    if (bn_cmd_parse(&cmd, argc, argv) > 0) bn_cmd_fail(&cmd, 2, "'%s' is not an option; see --help.", argv[1]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (opt.list) {
        list_all();
        return bn_cmd_finish(cmd.name, 0);
    }
    if (opt.bench) {
        if (bench_kernels(opt.op, opt.variant, opt.json))
            bn_cmd_fail(&cmd, 2, "No kernel of that name can be timed; see engine/kernels/kernels.list.");
        return bn_cmd_finish(cmd.name, 0);
    }
    signal(SIGSEGV, on_crash);
    signal(SIGBUS, on_crash);
    return bn_cmd_finish(cmd.name, check_all() ? 1 : 0);
}
