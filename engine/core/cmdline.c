/* cmdline.c - option tables to parsed values, help text and errors. Only programs call this, so it may print and exit.
 */
#include "engine/cmdline.h"
#include "engine/bitnet.h"
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Was --json given to a program that has printed nothing yet? */
static bool wants_json(const struct bn_cmd *cmd)
{
    for (const struct bn_cmd_option *o = cmd->options; o && o->name; o++)
        if (!strcmp(o->name, "json") && o->type == BN_CMD_FLAG) return *(const bool *)o->target && !__fpending(stdout);
    return false;
}

/* {"error": "..."}; the text is printable. */
static void print_error(const char *text)
{
    printf("{\"error\": \"");
    for (; *text; text++) printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    printf("\"}\n");
}

_Noreturn void bn_cmd_fail(const struct bn_cmd *cmd, int code, const char *format, ...)
{
    char text[2048], shown[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bn_cmd_progress(NULL);
    fprintf(stderr, "%s: %s\n", cmd->name, bn_printable(shown, sizeof shown, text));
    if (code == 1 && wants_json(cmd)) print_error(shown);
    exit(code);
}

static void print_help(const struct bn_cmd *cmd)
{
    printf("%s - %s\nusage: %s %s\n\noptions:\n", cmd->name, cmd->purpose, cmd->name, cmd->usage);
    for (const struct bn_cmd_option *o = cmd->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
        printf("  %-30s %s\n", left, o->help);
    }
    printf("  %-30s %s\n  %-30s %s\n", "--help", "print this and exit", "--version",
           "print version, commit and compiler, and exit");
    if (cmd->more) printf("\n%s\n", cmd->more);
}

static bool same_name(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((a[i] == '_' ? '-' : a[i]) != (b[i] == '_' ? '-' : b[i])) return false;
    return b[n] == 0;
}

static const struct bn_cmd_option *find(const struct bn_cmd *cmd, const char *name, size_t n)
{
    for (const struct bn_cmd_option *o = cmd->options; o->name; o++)
        if (same_name(name, o->name, n)) return o;
    return NULL;
}

static bool is_bool(const char *s, bool *value)
{
    static const char *const words[] = {"true", "1", "yes", "on", "false", "0", "no", "off"};
    for (int i = 0; i < 8; i++)
        if (s && !strcasecmp(s, words[i])) return *value = i < 4, true;
    return false;
}

static double number(const struct bn_cmd *cmd, const struct bn_cmd_option *o, const char *text, bool whole)
{
    char *end;
    errno = 0;
    double x = strtod(text, &end);
    if (!*text || *end || errno || (whole && x != (double)(long long)x))
        bn_cmd_fail(cmd, 2, "--%s takes %s, not \"%s\".", o->name, whole ? "a whole number" : "a number", text);
    if ((o->min != 0 || o->max != 0) && !(x >= o->min && x <= o->max))
        bn_cmd_fail(cmd, 2, "--%s takes %g to %g, not %s.", o->name, o->min, o->max, text);
    return x;
}

static void append(const struct bn_cmd *cmd, struct bn_cmd_list *list, const char *value)
{
    const char **more = realloc(list->values, sizeof *more * (size_t)(list->n + 1));
    if (!more) bn_cmd_fail(cmd, 1, "Out of memory.");
    list->values = more;
    list->values[list->n++] = value;
}

static void assign(const struct bn_cmd *cmd, const struct bn_cmd_option *o, const char *text)
{
    char *end;
    switch (o->type) {
    case BN_CMD_FLAG:
        break;
    case BN_CMD_STRING:
        *(const char **)o->target = text;
        break;
    case BN_CMD_INT:
        *(int *)o->target = (int)number(cmd, o, text, true);
        break;
    case BN_CMD_FLOAT:
        *(float *)o->target = (float)number(cmd, o, text, false);
        break;
    case BN_CMD_LIST:
        append(cmd, o->target, text);
        break;
    case BN_CMD_U64:
        errno = 0;
        *(uint64_t *)o->target = strtoull(text, &end, 0);
        if (!*text || *end || errno || *text == '-')
            bn_cmd_fail(cmd, 2, "--%s takes a whole number from 0 on, not \"%s\".", o->name, text);
        break;
    }
}

/* Handles argv[i]; returns how many words it took. */
static int take(const struct bn_cmd *cmd, int argc, char **argv, int i)
{
    const char *name = argv[i] + 2, *value = strchr(name, '=');
    size_t n = value ? (size_t)(value++ - name) : strlen(name);
    const struct bn_cmd_option *o = find(cmd, name, n);
    if (!o) bn_cmd_fail(cmd, 2, "There is no option --%.*s; %s --help lists them.", (int)n, name, cmd->name);
    if (o->type == BN_CMD_FLAG) {
        bool on = true, next = !value && i + 1 < argc && is_bool(argv[i + 1], &on);
        if (value && !is_bool(value, &on)) bn_cmd_fail(cmd, 2, "--%s takes True or False, not \"%s\".", o->name, value);
        *(bool *)o->target = on;
        return next ? 2 : 1;
    }
    if (!value && i + 1 >= argc) bn_cmd_fail(cmd, 2, "--%s needs a value (%s).", o->name, o->argument);
    assign(cmd, o, value ? value : argv[i + 1]);
    return value ? 1 : 2;
}

int bn_cmd_parse(const struct bn_cmd *cmd, int argc, char **argv)
{
    int rest = 0;
    for (int i = 1; i < argc;) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            print_help(cmd);
            exit(0);
        }
        if (!strcmp(argv[i], "--version")) {
            printf("%s %s (%s, %s)\n", cmd->name, bn_version(), bn_commit(), bn_compiler());
            exit(0);
        }
        if (!strcmp(argv[i], "--")) {
            for (i++; i < argc; i++) argv[++rest] = argv[i];
            break;
        }
        if (argv[i][0] == '-' && argv[i][1] == '-') {
            i += take(cmd, argc, argv, i);
        } else if (argv[i][0] == '-' && argv[i][1] && !isdigit((unsigned char)argv[i][1])) {
            bn_cmd_fail(cmd, 2, "There is no option %s; %s --help lists them.", argv[i], cmd->name);
        } else {
            argv[++rest] = argv[i++];
        }
    }
    return rest;
}
