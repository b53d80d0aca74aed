/* bitnet_options.c - lists the options of the registry: as text, as JSON, as the Markdown table of
 * engine/options/README.md. */
#include "engine/cmdline.h"
#include "engine/options.h"
#include <stdio.h>

static bool json, markdown;
static const struct bn_cmd_option options[] = {
    {"json", NULL, BN_CMD_FLAG, &json, "print one JSON object"},
    {"markdown", NULL, BN_CMD_FLAG, &markdown, "print the page engine/options/README.md"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-options", "list the optimisations that can be switched in every program",
                                  "[--json | --markdown]", options,
                                  "Measure them on this machine: bitnet-bench options --help."};

/* ---- texts, escaped for JSON (true) or for a cell of Markdown ---- */
static void put(const char *text, bool quoted)
{
    if (quoted) putchar('"');
    for (; *text; text++) {
        if (*text == '"' && quoted) putchar('\\');
        if (*text == '|' && !quoted) putchar('\\');
        putchar(*text);
    }
    if (quoted) putchar('"');
}

static void put_list(const char *const *list, const char *between, bool quoted)
{
    for (size_t i = 0; list && list[i]; i++) {
        if (i) fputs(between, stdout);
        put(list[i], quoted);
    }
}

static void put_or_null(const char *text)
{
    if (text)
        put(text, true);
    else
        fputs("null", stdout);
}

static void print_json_row(const struct bn_option *o)
{
    printf("  {\"name\": \"%s\", \"values\": [", o->name);
    put_list(o->values, ", ", true);
    printf("], \"takes_file\": %s, \"least\": %.10g, \"most\": %.10g, \"exact\": %s, \"exactness\": ",
           o->takes_file ? "true" : "false", o->least, o->most,
           o->values[1] && bn_option_exact(o, o->values[1]) ? "true" : "false");
    put(o->exactness, true);
    fputs(", \"inexact\": [", stdout);
    put_list(o->inexact, ", ", true);
    fputs("], \"hypothesis\": ", stdout);
    put_or_null(o->hypothesis);
    fputs(", \"needs\": ", stdout);
    put_or_null(o->needs);
    printf(", \"generates\": %s, \"streams\": %s", o->task & BN_TASK_GENERATE ? "true" : "false",
           o->task & BN_TASK_STREAM ? "true" : "false");
    fputs(", \"conflicts\": [", stdout);
    put_list(o->conflicts, ", ", true);
    fputs("], \"help\": ", stdout);
    put(o->help, true);
    putchar('}');
}

static void print_json(const struct bn_option *const *all, size_t n)
{
    puts("{\"schema\": 1, \"options\": [");
    for (size_t i = 0; i < n; i++) print_json_row(all[i]), puts(i + 1 < n ? "," : "");
    puts("]}");
}

/* Either of two declares it. */
static void put_excluded(const struct bn_option *o, const struct bn_option *const *all, size_t n)
{
    const char *between = "";
    for (size_t i = 0; i < n; i++)
        if (bn_option_excludes(o, all[i])) printf("%s%s", between, all[i]->name), between = ", ";
}

static void print_markdown(const struct bn_option *const *all, size_t n)
{
    puts("# Options\n\nOptimisations that can be switched in every program; this page is the output of `bitnet-options "
         "--markdown`. "
         "The first value is the\ndefault. `bitnet-bench options --plan harness/plans/options.yaml` measures all of "
         "them on your machine and says which "
         "to keep;\n[measured.md](measured.md) has its tables on two CPUs.\n\n"
         "| option | values | what it does | exactness | needs | excludes | claims |\n| --- | --- | --- | --- | --- | "
         "--- | --- |");
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = all[i];
        const struct bn_option *whole = bn_option_whole(o); /* whose page describes it */
        printf("| [%s](%s.md) | ", o->name, whole ? whole->name : o->name);
        put_list(o->values, ", ", false);
        if (o->least != o->most) printf(" (%.10g to %.10g)", o->least, o->most);
        if (o->takes_file) printf(", FILE");
        fputs(" | ", stdout), put(o->help, false);
        fputs(" | ", stdout), put(o->exactness, false);
        fputs(" | ", stdout), put(o->needs ? o->needs : "", false);
        fputs(" | ", stdout), put_excluded(o, all, n);
        printf(" | %s |\n", o->hypothesis ? o->hypothesis : "");
    }
}

static void print_text(const struct bn_option *const *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("%-18s ", all[i]->name);
        put_list(all[i]->values, ", ", false);
        printf("%s\n%18s %s\n%18s %s\n", all[i]->takes_file ? ", FILE" : "", "", all[i]->help, "", all[i]->exactness);
    }
}

int main(int argc, char **argv)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    if (bn_cmd_parse(&cmd, argc, argv)) bn_cmd_fail(&cmd, 2, "Unknown word \"%s\".", argv[1]);
    if (json && markdown) bn_cmd_fail(&cmd, 2, "Give one of --json and --markdown.");
    (json ? print_json : markdown ? print_markdown : print_text)(all, n);
    return bn_cmd_finish(cmd.name, 0);
}
