/* cpu.c - finds the features of the CPU, as far as the operating system lets programs use them. */
#include "engine/core/cpu_words.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct bn_cpu_words words;
static uint32_t features;
static char name[96] = "unknown CPU";
static struct bn_cpu_id id;

#if defined(__x86_64__) || defined(__i386__)
#include "engine/core/cpuid.h"

static void find_id(void)
{
    struct bn_cpuid zero = bn_cpuid(0, 0), one = bn_cpuid(1, 0);
    unsigned base = one.a >> 8 & 15;
    memcpy(id.vendor, (unsigned[]){zero.b, zero.d, zero.c}, 12);
    id.family = base == 15 ? base + (one.a >> 20 & 255) : base;
}

static void find_name(void)
{
    struct bn_cpuid text[3];
    find_id();
    if ((unsigned)__get_cpuid_max(0x80000000, NULL) < 0x80000004) return;
    for (unsigned i = 0; i < 3; i++) text[i] = bn_cpuid(0x80000002 + i, 0);
    const char *from = (const char *)text;
    while (*from == ' ') from++;
    snprintf(name, sizeof name, "%.*s", (int)((const char *)(text + 3) - from), from);
    for (size_t n = strlen(name); n > 0 && name[n - 1] == ' '; n--) name[n - 1] = 0;
}
#elif defined(__aarch64__)
static void find_name(void)
{
    char line[256];
    unsigned implementer = 0, part = 0;
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "CPU implementer : %x", &implementer);
        sscanf(line, "CPU part : %x", &part);
    }
    if (f) fclose(f);
    snprintf(name, sizeof name, "ARM implementer 0x%02x part 0x%03x", implementer, part);
}
#else
static void find_name(void) {}
#endif

static void find_all(void)
{
    words = bn_cpu_words_read();
    features = bn_cpu_words_features(&words);
    find_name();
}

static void find_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_all);
}

uint32_t bn_cpu_features(void)
{
    find_once();
    return features;
}

const char *bn_cpu_lacks(uint32_t needs, char *text, size_t cap)
{
    find_once();
    return bn_cpu_words_lack(&words, needs, text, cap);
}

struct bn_cpu_id bn_cpu_id(void)
{
    find_once();
    return id;
}

const char *bn_cpu_name(void)
{
    find_once();
    return name;
}
