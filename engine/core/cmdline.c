/* cmdline.c - option tables to parsed values, help text and errors. Only programs call this, so it may print and exit.
 */
#include "engine/core/cmdline_help.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Was --json given, and has nothing been printed yet? */
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

void bn_cmd_note(const char *program, const char *format, ...)
{
    char text[2048], shown[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bn_cmd_progress(NULL);
    fprintf(stderr, "%s: %s\n", program, bn_printable(shown, sizeof shown, text));
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
    if (!*text || *end || errno || !isfinite(x) || (whole && x != trunc(x)))
        bn_cmd_fail(cmd, 2, "--%s must be a %snumber, not \"%s\".", o->name, whole ? "whole " : "", text);
    double min = o->min, max = o->max;
    if (min == 0 && max == 0) min = whole ? INT32_MIN : -HUGE_VAL, max = whole ? INT32_MAX : HUGE_VAL;
    if (!(x >= min && x <= max)) bn_cmd_fail(cmd, 2, "--%s must be %.10g to %.10g, not %s.", o->name, min, max, text);
    return x;
}

/* Decimal, or hexadecimal after 0x: a leading zero does not mean octal. */
static uint64_t unsigned_number(const struct bn_cmd *cmd, const struct bn_cmd_option *o, const char *text)
{
    char *end;
    bool hex = text[0] == '0' && (text[1] | 32) == 'x';
    errno = 0;
    uint64_t x = strtoull(text, &end, hex ? 16 : 10);
    if (!isdigit((unsigned char)*text) || *end || errno)
        bn_cmd_fail(cmd, 2, "--%s must be a whole number from 0 to %llu, not \"%s\".", o->name,
                    (unsigned long long)UINT64_MAX, text);
    return x;
}

static void append(const struct bn_cmd *cmd, struct bn_cmd_list *list, const char *value)
{
    const char **more = realloc(list->values, sizeof *more * (size_t)(list->n + 1));
    if (!more) bn_cmd_fail(cmd, 1, "Out of memory.");
    list->values = more;
    list->values[list->n++] = value;
}

/* Unknown words are refused with those that there are. */
static void check_value(const struct bn_cmd *cmd, const struct bn_cmd_option *o, const char *text)
{
    char list[512] = "";
    size_t n = 0;
    if (!o->values || o->open) return;
    for (size_t i = 0; o->values[i]; i++) {
        if (!strcmp(o->values[i], text)) return;
        const char *between = !i ? "" : o->values[i + 1] ? ", " : " or ";
        n += (size_t)snprintf(list + n, n < sizeof list ? sizeof list - n : 0, "%s%s", between, o->values[i]);
    }
    bn_cmd_fail(cmd, 2, "Unknown %s \"%s\"; choose %s.", o->name, text, list);
}

static void assign(const struct bn_cmd *cmd, const struct bn_cmd_option *o, const char *text)
{
    switch (o->type) {
    case BN_CMD_FLAG:
        break;
    case BN_CMD_STRING:
        check_value(cmd, o, text);
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
        *(uint64_t *)o->target = unsigned_number(cmd, o, text);
        break;
    }
}

/* The option that a word names, or NULL; *value: what follows its '=', or NULL. */
static const struct bn_cmd_option *option_of(const struct bn_cmd *cmd, const char *word, const char **value)
{
    *value = NULL;
    if (word[0] != '-') return NULL;
    if (word[1] == '-') {
        const char *name = word + 2, *equals = strchr(name, '=');
        if (equals) *value = equals + 1;
        return find(cmd, name, equals ? (size_t)(equals - name) : strlen(name));
    }
    const char *name = word[1] && !word[2] ? bn_cmd_named(word[1]) : NULL;
    return name ? find(cmd, name, strlen(name)) : NULL;
}

/* The word after an option that needs a value; another option there means that the value is missing. */
static const char *next_word(const struct bn_cmd *cmd, const struct bn_cmd_option *o, int argc, char **argv, int i)
{
    const char *value;
    if (i + 1 >= argc) bn_cmd_fail(cmd, 2, "--%s needs a value (%s).", o->name, o->argument);
    if (option_of(cmd, argv[i + 1], &value))
        bn_cmd_fail(cmd, 2, "--%s needs a value (%s), but option %s follows; write --%s=%s if that is the value.",
                    o->name, o->argument, argv[i + 1], o->name, argv[i + 1]);
    return argv[i + 1];
}

/* The options that were given, by their names. */
static struct {
    const char *names[128];
    int n;
} given;

static bool was_given(const char *name)
{
    for (int i = 0; i < given.n; i++)
        if (!strcmp(given.names[i], name)) return true;
    return false;
}

static void remember(const char *name)
{
    if (!was_given(name) && given.n < (int)(sizeof given.names / sizeof *given.names)) given.names[given.n++] = name;
}

void bn_cmd_needs(const struct bn_cmd *cmd, const char *option, bool useful, const char *needs)
{
    if (!useful && was_given(option))
        bn_cmd_fail(cmd, 2, "--%s does nothing without %s; add that, or leave --%s out.", option, needs, option);
}

/* Handles argv[i]; returns the number of words consumed. */
static int take(const struct bn_cmd *cmd, int argc, char **argv, int i)
{
    const char *value;
    const struct bn_cmd_option *o = option_of(cmd, argv[i], &value);
    if (!o) bn_cmd_fail(cmd, 2, "Unknown option %.*s; see %s --help.", (int)strcspn(argv[i], "="), argv[i], cmd->name);
    remember(o->name);
    if (o->type == BN_CMD_FLAG) {
        bool on = true, next = !value && i + 1 < argc && is_bool(argv[i + 1], &on);
        if (value && !is_bool(value, &on))
            bn_cmd_fail(cmd, 2, "--%s must be True or False, not \"%s\".", o->name, value);
        *(bool *)o->target = on;
        return next ? 2 : 1;
    }
    assign(cmd, o, value ? value : next_word(cmd, o, argc, argv, i));
    return value ? 1 : 2;
}

static void print_version(const struct bn_cmd *cmd)
{
    printf("%s %s (%s, %s)\n", cmd->name, bn_version(), bn_commit(), bn_compiler());
}

/* --help and --version end the program. */
static void answer(const struct bn_cmd *cmd, const char *word)
{
    static const struct {
        const char *word;
        void (*print)(const struct bn_cmd *cmd);
    } forms[] = {{"--help", bn_cmd_help},
                 {"-h", bn_cmd_help},
                 {"--help=man", bn_cmd_man},
                 {"--help=bash", bn_cmd_bash},
                 {"--version", print_version}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(word, forms[i].word)) continue;
        forms[i].print(cmd);
        exit(bn_cmd_finish(cmd->name, 0));
    }
    if (!strncmp(word, "--help=", 7)) bn_cmd_fail(cmd, 2, "Unknown help \"%s\"; choose man or bash.", word + 7);
}

int bn_cmd_parse(const struct bn_cmd *cmd, int argc, char **argv)
{
    int rest = 0;
    bn_cmd_begin(cmd->name);
    for (int i = 1; i < argc;) {
        answer(cmd, argv[i]);
        if (!strcmp(argv[i], "--")) {
            for (i++; i < argc; i++) argv[++rest] = argv[i];
            break;
        }
        if (argv[i][0] == '-' && argv[i][1] && !isdigit((unsigned char)argv[i][1]))
            i += take(cmd, argc, argv, i);
        else
            argv[++rest] = argv[i++];
    }
    return rest;
}
