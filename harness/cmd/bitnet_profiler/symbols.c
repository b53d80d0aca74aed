/* symbols.c - asks libdw, once for each address. */
#include "harness/cmd/bitnet_profiler/symbols.h"
#include "harness/core/error.h"
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct named {
    uint64_t address;
    char *name;
};
struct bn_symbols {
    Dwfl *dwfl;
    void *tree; /* of struct named, by address */
};

static const Dwfl_Callbacks *callbacks(void)
{
    static char *folders; /* libdw's own: where Debian keeps separate debug files */
    static Dwfl_Callbacks all = {.find_elf = dwfl_linux_proc_find_elf,
                                 .find_debuginfo = dwfl_build_id_find_debuginfo, /* local files alone, by no network */
                                 .debuginfo_path = &folders};
    return &all;
}

enum bn_status bn_symbols_open(struct bn_symbols **out, struct bn_error *err)
{
    struct bn_symbols *s = calloc(1, sizeof *s);
    if (!s) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for symbols.");
    s->dwfl = dwfl_begin(callbacks());
    if (!s->dwfl || dwfl_linux_proc_report(s->dwfl, getpid()) || dwfl_report_end(s->dwfl, NULL, NULL)) {
        bn_symbols_close(s);
        return bn_harness_fail(err, BN_ERR_IO, "libdw cannot read the mappings of this process: %s.", dwfl_errmsg(-1));
    }
    *out = s;
    return BN_OK;
}

static void release(void *item)
{
    struct named *n = item;
    free(n->name);
    free(n);
}

void bn_symbols_close(struct bn_symbols *s)
{
    if (!s) return;
    if (s->dwfl) dwfl_end(s->dwfl);
    tdestroy(s->tree, release);
    free(s);
}

static const char *base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* The library; in this program the file that was compiled, where the debug information says it (static functions share
 * names such as "gemv"). */
static const char *home_of(const struct bn_symbols *s, Dwfl_Module *module, uint64_t address)
{
    Dwarf_Addr bias;
    bool ours = module == dwfl_addrmodule(s->dwfl, (uint64_t)(uintptr_t)bn_symbols_open);
    Dwarf_Die *unit = ours ? dwfl_module_addrdie(module, address, &bias) : NULL;
    if (unit && dwarf_haspc(unit, address - bias) != 1)
        unit = NULL; /* libdw gives what has no debug information to its neighbour */
    const char *file = unit ? base_name(dwarf_diename(unit)) : NULL;
    if (!file) file = base_name(dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    return file ? file : "unknown";
}

static char *make_name(const struct bn_symbols *s, uint64_t address)
{
    char *name = NULL;
    Dwfl_Module *module = dwfl_addrmodule(s->dwfl, address);
    const char *symbol = module ? dwfl_module_addrname(module, address) : NULL;
    int n = !module  ? asprintf(&name, "[unknown]")
            : symbol ? asprintf(&name, "%s [%s]", symbol, home_of(s, module, address))
                     : asprintf(&name, "[%s]", home_of(s, module, address));
    if (n < 0) return NULL;
    for (char *p = name; *p; p++)
        if (*p == ';' || *p == '\n') *p = ':'; /* of folded stacks */
    return name;
}

static int by_address(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    return (x->address > y->address) - (x->address < y->address);
}

const char *bn_symbols_name(void *symbols, uint64_t address)
{
    struct bn_symbols *s = symbols;
    struct named *fresh = calloc(1, sizeof *fresh), **found;
    if (!fresh) return NULL;
    fresh->address = address;
    found = tsearch(fresh, &s->tree, by_address);
    if (!found || *found != fresh) free(fresh);
    if (!found) return NULL;
    if (!(*found)->name) (*found)->name = make_name(s, address);
    return (*found)->name;
}
