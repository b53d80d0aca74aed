/* cmdline_bash.c - prints the options of a program as engine/cmd/completion.bash keeps them: one word for each, with
 * what completes its value: "--json --model=@file --output=@dir --engine=@pair --kv_type=auto,f32 --seed=@text". */
#include "engine/core/cmdline_help.h"
#include <stdio.h>
#include <string.h>

/* By what the argument is called. */
static const char *kind(const char *argument)
{
    static const struct {
        const char *part, *kind;
    } kinds[] = {{"=PATH", "@pair"}, {"FILE", "@file"}, {"PATH", "@file"},
                 {"BUILD", "@file"}, {"DIR", "@dir"},   {"FOLDER", "@dir"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(argument, kinds[i].part)) return kinds[i].kind;
    return "@text";
}

static void put_option(const struct bn_cmd_option *o)
{
    printf(" --%s", o->name);
    if (!o->argument) return;
    putchar('=');
    if (!o->values) fputs(kind(o->argument), stdout);
    for (size_t i = 0; o->values && o->values[i]; i++) printf("%s%s", i ? "," : "", o->values[i]);
    if (o->values && o->open && !strcmp(kind(o->argument), "@file")) fputs(",@file", stdout);
}

/* "bitnet-bench sweep" has the key bitnet-bench-sweep. */
static void put_key(const char *table, const struct bn_cmd *cmd)
{
    printf("%s[", table);
    for (const char *c = cmd->name; *c; c++) putchar(*c == ' ' ? '-' : *c);
    fputs("]='", stdout);
}

void bn_cmd_bash(const struct bn_cmd *cmd)
{
    put_key("_bitnet_options", cmd);
    for (const struct bn_cmd_option *o = cmd->options; o->name; o++) put_option(o);
    for (const struct bn_cmd_option *o = bn_cmd_standard; o->name; o++) put_option(o);
    puts("'");
    if (!cmd->words) return;
    put_key("_bitnet_words", cmd);
    for (const struct bn_cmd_word *w = cmd->words; w->name; w++) printf(" %s", w->name);
    puts("'");
}
