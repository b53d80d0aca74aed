/* checkkern_amx_emulator.c - AMX tile instructions executed by a SIGILL handler. Source of encodings, faults and
 * arithmetic: Intel's Software Developer's Manual, volume 2 (LDTILECFG, TILELOADD, TILESTORED, TILEZERO, TDPBSSD and
 * its variants, TILERELEASE) and volume 1, chapter 18. */
#include "engine/tests/checkkern_amx_emulator.h"
#if defined(__x86_64__) && defined(__linux__)
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

enum { TILES = 8, TILE_ROWS = 16, TILE_BYTES = 64 };
static _Thread_local struct {
    bool configured;
    int rows[TILES], bytes[TILES]; /* of one row */
    uint8_t tile[TILES][TILE_ROWS][TILE_BYTES];
} amx;
static unsigned long emulated;

/* One instruction: VEX.128.pp.0F38.W0 opcode /r. */
enum { PP_NONE, PP_66, PP_F3, PP_F2 };
struct instruction {
    int pp, opcode, mod, reg, rm, v; /* v: the second source, VEX.vvvv */
    bool sib;
    uint64_t address, stride; /* of memory operands; stride: index times scale */
    int length;
};

static uint64_t reg_value(const ucontext_t *c, int number)
{
    static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    return (uint64_t)c->uc_mcontext.gregs[order[number]];
}

/* The memory operand after ModRM, which is at p; x and b: the fourth bits of index and base. */
static void decode_memory(struct instruction *i, const ucontext_t *c, const uint8_t *p, int x, int b)
{
    const uint8_t *start = p++;
    int base = i->rm, displacement = i->mod == 1 ? 1 : i->mod == 2 ? 4 : 0;
    i->sib = i->rm == 4;
    if (i->sib) {
        int index = x << 3 | (*p >> 3 & 7);
        if (index != 4) i->stride = reg_value(c, index) << (*p >> 6);
        base = *p++ & 7;
    }
    bool none = base == 5 && i->mod == 0; /* no base: an address, or one relative to the next instruction */
    if (none)
        displacement = 4;
    else
        i->address = reg_value(c, b << 3 | base);
    int32_t wide = 0;
    if (displacement == 1) wide = (int8_t)*p;
    if (displacement == 4) memcpy(&wide, p, 4);
    p += displacement;
    i->length += (int)(p - start) - 1;
    i->address += (uint64_t)(int64_t)wide;
    if (none && !i->sib) i->address += (uint64_t)c->uc_mcontext.gregs[REG_RIP] + (uint64_t)i->length;
}

static bool decode(struct instruction *i, const ucontext_t *c)
{
    const uint8_t *p = (const uint8_t *)c->uc_mcontext.gregs[REG_RIP];
    if (p[0] != 0xc4 || (p[1] & 0x1f) != 2 || (p[2] & 0x84) != 0)
        return false; /* three-byte VEX, map 0F38, W0, 128 bits */
    *i = (struct instruction){.pp = p[2] & 3,
                              .opcode = p[3],
                              .mod = p[4] >> 6,
                              .reg = p[4] >> 3 & 7,
                              .rm = p[4] & 7,
                              .v = ~(p[2] >> 3) & 15,
                              .length = 5};
    if (i->mod != 3) decode_memory(i, c, p + 4, ~p[1] >> 6 & 1, ~p[1] >> 5 & 1);
    return i->opcode == 0x5e || i->v == 0; /* an unused vvvv is all ones */
}

static bool load_config(uint64_t address)
{
    const uint8_t *config = (const uint8_t *)address;
    memset(&amx, 0, sizeof amx);
    if (config[0] == 0) return true; /* as TILERELEASE */
    if (config[0] != 1) return false;
    for (int i = 2; i < 16; i++)
        if (config[i] != 0) return false;
    for (int t = 0; t < 16; t++) {
        int bytes = config[16 + 2 * t] | config[17 + 2 * t] << 8, rows = config[48 + t];
        if (bytes > TILE_BYTES || rows > TILE_ROWS || (bytes == 0) != (rows == 0) || (t >= TILES && rows)) return false;
        if (t < TILES) amx.bytes[t] = bytes, amx.rows[t] = rows;
    }
    return amx.configured = true;
}

static bool usable(int t) { return amx.configured && amx.rows[t] > 0; }

/* Rows beyond the configured ones are zero after a load, and untouched in memory by a store. */
static bool load(const struct instruction *i)
{
    if (!usable(i->reg) || !i->sib) return false;
    memset(amx.tile[i->reg], 0, sizeof amx.tile[0]);
    for (int r = 0; r < amx.rows[i->reg]; r++)
        memcpy(amx.tile[i->reg][r], (const void *)(i->address + (uint64_t)r * i->stride), (size_t)amx.bytes[i->reg]);
    return true;
}
static bool store(const struct instruction *i)
{
    if (!usable(i->reg) || !i->sib) return false;
    for (int r = 0; r < amx.rows[i->reg]; r++)
        memcpy((void *)(i->address + (uint64_t)r * i->stride), amx.tile[i->reg][r], (size_t)amx.bytes[i->reg]);
    return true;
}

/* One sum of a dot product: row m of tile a with the bytes 4n..4n+3 of every row of tile b. */
static uint32_t dot(const struct instruction *i, int m, int n)
{
    bool a_signed = i->pp == PP_F2 || i->pp == PP_F3, b_signed = i->pp == PP_F2 || i->pp == PP_66;
    uint32_t sum = 0;
    for (int k = 0; k < amx.bytes[i->rm]; k++) {
        uint8_t a = amx.tile[i->rm][m][k], b = amx.tile[i->v][k / 4][4 * n + k % 4];
        sum += (uint32_t)((a_signed ? (int8_t)a : a) * (b_signed ? (int8_t)b : b));
    }
    return sum;
}
static bool multiply(const struct instruction *i)
{
    int c = i->reg, a = i->rm, b = i->v;
    if (i->mod != 3 || b >= TILES || a == b || a == c || b == c || !usable(a) || !usable(b) || !usable(c)) return false;
    if (amx.bytes[c] % 4 || amx.bytes[a] % 4 || amx.rows[c] != amx.rows[a] || amx.bytes[c] != amx.bytes[b] ||
        amx.bytes[a] / 4 != amx.rows[b])
        return false;
    for (int m = 0; m < amx.rows[c]; m++)
        for (int n = 0; n < amx.bytes[c] / 4; n++) {
            uint32_t sum;
            memcpy(&sum, amx.tile[c][m] + 4 * n, 4);
            sum += dot(i, m, n);
            memcpy(amx.tile[c][m] + 4 * n, &sum, 4);
        }
    return true;
}

static bool zero(int t)
{
    if (!usable(t)) return false;
    memset(amx.tile[t], 0, sizeof amx.tile[t]);
    return true;
}

static bool execute(const struct instruction *i)
{
    bool memory = i->mod != 3;
    if (i->opcode == 0x5e) return multiply(i);
    if (i->opcode == 0x4b && memory) return i->pp == PP_F3 ? store(i) : i->pp != PP_NONE && load(i);
    if (i->opcode != 0x49) return false;
    if (memory) return i->pp == PP_NONE && i->reg == 0 && load_config(i->address);
    if (i->pp == PP_F2 && i->rm == 0) return zero(i->reg);
    if (i->pp != PP_NONE || i->reg || i->rm) return false;
    memset(&amx, 0, sizeof amx); /* TILERELEASE */
    return true;
}

static void on_illegal(int number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;
    struct instruction i;
    (void)info;
    if (!decode(&i, c) || !execute(&i)) { /* not ours: it faults again and ends the program */
        signal(number, SIG_DFL);
        return;
    }
    c->uc_mcontext.gregs[REG_RIP] += i.length;
    __atomic_fetch_add(&emulated, 1, __ATOMIC_RELAXED);
}

bool amx_emulate(void)
{
    struct sigaction action = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO};
    return sigaction(SIGILL, &action, NULL) == 0;
}
unsigned long amx_emulated(void) { return __atomic_load_n(&emulated, __ATOMIC_RELAXED); }
#else
bool amx_emulate(void) { return false; }
unsigned long amx_emulated(void) { return 0; }
#endif
