/* callgrind.c - reads what callgrind dumped. */
#include "harness/worker/callgrind.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bn_callgrind_geometry(const char *name, const struct bn_cache *cache, char *text, size_t cap)
{
    uint64_t line = cache->line_bytes ? cache->line_bytes : 64, ways = cache->ways ? cache->ways : 16, sets = 1;
    text[0] = 0;
    if (cache->bytes < line * ways) return;
    while (2 * sets * ways * line <= cache->bytes) sets *= 2;
    snprintf(text, cap, "--%s=%llu,%llu,%llu", name, (unsigned long long)(sets * ways * line), (unsigned long long)ways,
             (unsigned long long)line);
}

void bn_callgrind_call(struct bn_callgrind_call *call, const char *folder, const struct bn_topology *caches,
                       char *const *words, const char *last)
{
    char *const always[] = {"valgrind", "--tool=callgrind", "-q", "--instr-atstart=no", call->out};
    size_t n = sizeof always / sizeof *always;
    *call = (struct bn_callgrind_call){.argv = {NULL}};
    memcpy(call->argv, always, sizeof always);
    snprintf(call->out, sizeof call->out, "--callgrind-out-file=%s/dump", folder);
    if (caches) {
        const struct bn_cache *ll = caches->l3.bytes ? &caches->l3 : &caches->l2;
        bn_callgrind_geometry("I1", &caches->l1i, call->geometry[0], sizeof call->geometry[0]);
        bn_callgrind_geometry("D1", &caches->l1d, call->geometry[1], sizeof call->geometry[1]);
        bn_callgrind_geometry("LL", ll, call->geometry[2], sizeof call->geometry[2]);
        call->argv[n++] = "--collect-atstart=no", call->argv[n++] = "--cache-sim=yes";
        for (int i = 0; i < 3; i++)
            if (call->geometry[i][0]) call->argv[n++] = call->geometry[i];
    }
    for (; *words && n < BN_CALLGRIND_WORDS - 2; words++) call->argv[n++] = *words;
    call->argv[n] = (char *)last;
}

/* Adds the line "totals: 1 2 3" in the order that the line "events: Ir Dr ..." gave. */
static void add_totals(const char *events, const char *totals, struct bn_callgrind_sums *s)
{
    const struct {
        const char *name;
        double *sum;
    } known[] = {{"Ir", &s->instructions},     {"Dr", &s->reads},
                 {"Dw", &s->writes},           {"I1mr", &s->code_l1_misses},
                 {"D1mr", &s->read_l1_misses}, {"D1mw", &s->write_l1_misses},
                 {"ILmr", &s->code_ll_misses}, {"DLmr", &s->read_ll_misses},
                 {"DLmw", &s->write_ll_misses}};
    char name[16];
    for (int used; sscanf(events, "%15s%n", name, &used) == 1; events += used) {
        char *end;
        double value = strtod(totals, &end);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (!strcmp(known[i].name, name)) *known[i].sum += value;
        totals = end;
    }
}

/* One dump: 1, 0 when its trigger is another phase's, -1 when it cannot be read to its end. */
static int read_dump(const char *path, const char *phase, struct bn_callgrind_sums *sums)
{
    FILE *f = fopen(path, "r");
    char line[4096], events[512] = "", wanted[64];
    bool ours = !phase;
    snprintf(wanted, sizeof wanted, "desc: Trigger: Client Request: %s\n", phase ? phase : "");
    while (f && fgets(line, sizeof line, f)) {
        if (!strcmp(line, wanted)) ours = true;
        if (!strncmp(line, "events: ", 8)) snprintf(events, sizeof events, "%.500s", line + 8);
        if (ours && !strncmp(line, "totals: ", 8)) add_totals(events, line + 8, sums);
    }
    bool whole = f && !ferror(f);
    if (f) fclose(f);
    return whole ? ours : -1;
}

int bn_callgrind_read(const char *folder, const char *phase, struct bn_callgrind_sums *sums)
{
    DIR *dir = opendir(folder);
    int n = 0, one = 0;
    *sums = (struct bn_callgrind_sums){0};
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[4400];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if ((one = read_dump(path, phase, sums)) < 0) break;
        n += one;
    }
    if (dir) closedir(dir);
    if (one < 0) n = 0, *sums = (struct bn_callgrind_sums){0};
    return n;
}

void bn_callgrind_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.') unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir) closedir(dir);
    rmdir(folder);
}

/* What the worker wrote last: lines of valgrind's own begin with "==" or "vex". "": nothing. */
static void last_words(const char *tail, char *words, size_t cap)
{
    words[0] = 0;
    for (const char *line = tail; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (*line != '\n' && strncmp(line, "==", 2) && strncmp(line, "vex ", 4))
            snprintf(words, cap, "%.*s", (int)strcspn(line, "\n"), line);
}

void bn_callgrind_failure(const struct bn_child_result *r, char *reason, size_t cap)
{
    char words[200];
    last_words(r->process.error_tail, words, sizeof words);
    if (strstr(r->process.error_tail, "unhandled instruction") ||
        strstr(r->process.error_tail, "Unrecognised instruction"))
        snprintf(reason, cap, "Under valgrind: it does not know an instruction of these kernels.");
    else if (words[0])
        snprintf(reason, cap, "Under valgrind: %s", words);
    else if (r->signal)
        snprintf(reason, cap, "Under valgrind: the worker ended by signal %d (%s).", r->signal, strsignal(r->signal));
    else
        snprintf(reason, cap, "Under valgrind: the worker ended early with exit code %d.", r->exit_code);
}
