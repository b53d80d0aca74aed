/* cmdline_help.c - prints the help of a program. */
#include "engine/core/cmdline_help.h"
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 120 };

/* Short options familiar from llama-cli. */
static const struct {
    char letter;
    const char *name;
} short_forms[] = {{'m', "model"}, {'p', "prompt"}, {'n', "max_new_tokens"}, {'t', "threads"}};
enum { N_SHORT = sizeof short_forms / sizeof *short_forms };

const struct bn_cmd_option bn_cmd_standard[] = {
    {"help", NULL, BN_CMD_FLAG, NULL, "print this and exit"},
    {"version", NULL, BN_CMD_FLAG, NULL, "print version, commit and compiler, and exit"},
    {0}};

char bn_cmd_letter(const char *name)
{
    for (int i = 0; i < N_SHORT; i++)
        if (!strcmp(short_forms[i].name, name)) return short_forms[i].letter;
    return 0;
}

const char *bn_cmd_named(char letter)
{
    for (int i = 0; i < N_SHORT; i++)
        if (short_forms[i].letter == letter) return short_forms[i].name;
    return NULL;
}

const char *bn_cmd_exits(const struct bn_cmd *cmd) { return cmd->exits ? cmd->exits : "0 ok, 1 failed, 2 usage"; }

static void put_options(const struct bn_cmd_option *options)
{
    for (const struct bn_cmd_option *o = options; o->name; o++) {
        char left[64], letter = bn_cmd_letter(o->name);
        snprintf(left, sizeof left, "%.*s--%s%s%s", letter ? 4 : 0, (char[]){'-', letter, ',', ' '}, o->name,
                 o->argument ? " " : "", o->argument ? o->argument : "");
        printf("  %-30s %s\n", left, o->help);
    }
}

/* Words in lines of at most COLUMNS. */
static void put_wrapped(const char *text, size_t column)
{
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column + n + 1 > COLUMNS) putchar('\n'), column = 0;
        printf("%s%.*s", column ? " " : "", (int)n, text);
        column += n + (column > 0);
        text += n, text += strspn(text, " ");
    }
}

void bn_cmd_help(const struct bn_cmd *cmd)
{
    printf("%s - %s\nusage: %s %s\n", cmd->name, cmd->purpose, cmd->name, cmd->usage);
    if (cmd->words) printf("\ncommands (%s COMMAND --help says more):\n", cmd->name);
    for (const struct bn_cmd_word *w = cmd->words; w && w->name; w++) printf("  %-12s %s\n", w->name, w->purpose);
    printf("\noptions:\n");
    put_options(cmd->options);
    put_options(bn_cmd_standard);
    size_t n = cmd->more ? strlen(cmd->more) : 0;
    if (n) printf("\n%s%s", cmd->more, cmd->more[n - 1] == '\n' ? "" : "\n");
    printf("%sExit codes:", n ? "" : "\n");
    put_wrapped(bn_cmd_exits(cmd), strlen("Exit codes:"));
    printf(".\n");
}
