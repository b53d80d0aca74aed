/* cmdline_man.c - prints the manual page of a program, as roff. */
#include "engine/bitnet.h"
#include "engine/core/cmdline_help.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Nothing in the text is roff; a hyphen stays the character that a shell knows. */
static void put(const char *text, size_t n)
{
    static const char marks[] = "\\-'`^~", *const escapes[] = {"\\e", "\\-", "\\(aq", "\\(ga", "\\(ha", "\\(ti"};
    if (n && *text == '.') fputs("\\&", stdout);
    for (; n--; text++) {
        const char *mark = strchr(marks, *text);
        if (mark)
            fputs(escapes[mark - marks], stdout);
        else
            putchar(*text);
    }
}

static void put_text(const char *text) { put(text, strlen(text)); }

/* "\fBtext\fR" */
static void put_font(char font, const char *text, size_t n)
{
    printf("\\f%c", font);
    put(text, n);
    fputs("\\fR", stdout);
}

/* "bitnet-bench sweep" is the page bitnet-bench-sweep. */
static void put_page(const char *name, const char *word)
{
    for (; *name; name++) put(*name == ' ' ? "-" : name, 1);
    if (word) put("-", 1), put_text(word);
}

static void put_title(const struct bn_cmd *cmd)
{
    fputs(".TH \"", stdout);
    for (const char *c = cmd->name; *c; c++) putchar(*c == ' ' ? '-' : toupper((unsigned char)*c));
    printf("\" 1 \"\" \"bitnet\\-bench %s\" \"User Commands\"\n.nh\n.ad l\n.SH NAME\n", bn_version());
    put_page(cmd->name, NULL);
    fputs(" \\- ", stdout), put_text(cmd->purpose);
}

/* One line for each form of the command: those of the usage name the program again, but for the first. */
static void put_synopsis(const struct bn_cmd *cmd)
{
    fputs("\n.SH SYNOPSIS\n", stdout);
    put_font('B', cmd->name, strlen(cmd->name));
    for (const char *at = cmd->usage; *at;) {
        size_t n = strcspn(at, "\n"), program = at == cmd->usage ? 0 : strcspn(at, " ");
        if (at != cmd->usage) fputs("\n.br\n", stdout), put_font('B', at, program);
        if (!program) putchar(' ');
        put(at + program, n - program);
        at += n, at += strspn(at, "\n ");
    }
}

/* Lines that begin with a space are examples, others are one paragraph. */
static void put_description(const struct bn_cmd *cmd)
{
    bool example = false;
    printf("\n.SH DESCRIPTION\n%c", toupper((unsigned char)cmd->purpose[0]));
    put_text(cmd->purpose + 1), fputs(".\n", stdout);
    if (cmd->more) fputs(".PP\n", stdout);
    for (const char *at = cmd->more; at && *at;) {
        size_t n = strcspn(at, "\n");
        if ((*at == ' ') != example)
            fputs(example ? ".fi\n.RE\n.PP\n" : ".PP\n.RS 4\n.nf\n", stdout), example = !example;
        at += example ? strspn(at, " ") : 0, n = strcspn(at, "\n");
        put(at, n), putchar('\n');
        at += n + (at[n] == '\n');
    }
    if (example) fputs(".fi\n.RE\n", stdout);
}

static void put_words(const struct bn_cmd *cmd)
{
    if (cmd->words) fputs(".SH COMMANDS\n", stdout);
    for (const struct bn_cmd_word *w = cmd->words; w && w->name; w++) {
        fputs(".TP\n", stdout), put_font('B', w->name, strlen(w->name));
        putchar('\n'), put_text(w->purpose), putchar('\n');
    }
}

static void put_option(const struct bn_cmd_option *o)
{
    char letter[] = {'-', bn_cmd_letter(o->name), 0};
    fputs(".TP\n", stdout);
    if (letter[1]) put_font('B', letter, 2), fputs(", ", stdout);
    fputs("\\fB\\-\\-", stdout), put_text(o->name), fputs("\\fR", stdout);
    if (o->argument) putchar(' '), put_font('I', o->argument, strlen(o->argument));
    putchar('\n'), put_text(o->help), putchar('\n');
    if (!o->values) return;
    fputs(".br\nValues: ", stdout);
    for (size_t i = 0; o->values[i]; i++) printf("%s", i ? ", " : ""), put_text(o->values[i]);
    puts(o->open ? ", and others." : ".");
}

/* "0 ok, 1 failed": one item for each code. */
static void put_exits(const char *at)
{
    fputs(".SH EXIT STATUS\n", stdout);
    while (*at) {
        size_t digits = strspn(at, "0123456789"), n = digits;
        while (at[n] && !(at[n] == ',' && isdigit((unsigned char)at[n + 2]))) n++;
        fputs(".TP\n", stdout), put_font('B', at, digits), putchar('\n');
        put(at + digits + 1, n - digits - 1), putchar('\n');
        at += n, at += strspn(at, ", ");
    }
}

/* Its commands, and the program that it is a command of. */
static void put_others(const struct bn_cmd *cmd)
{
    const char *space = strrchr(cmd->name, ' ');
    const char *comma = "";
    if (!cmd->words && !space && strncmp(cmd->name, "bitnet", 6) != 0) return;
    fputs(".SH SEE ALSO\n", stdout);
    if (space)
        put_font('B', cmd->name, (size_t)(space - cmd->name)), fputs("(1)", stdout), comma = ", ";
    else if (strcmp(cmd->name, "bitnet"))
        fputs("\\fBbitnet\\fR(1)", stdout), comma = ", ";
    for (const struct bn_cmd_word *w = cmd->words; w && w->name; w++) {
        printf("%s\\fB", comma), put_page(cmd->name, w->name), fputs("\\fR(1)", stdout);
        comma = ", ";
    }
    putchar('\n');
}

void bn_cmd_man(const struct bn_cmd *cmd)
{
    put_title(cmd);
    put_synopsis(cmd);
    put_description(cmd);
    put_words(cmd);
    fputs(".SH OPTIONS\nIn names of options \\- and _ are the same.\n", stdout);
    for (const struct bn_cmd_option *o = cmd->options; o->name; o++) put_option(o);
    for (const struct bn_cmd_option *o = bn_cmd_standard; o->name; o++) put_option(o);
    put_exits(bn_cmd_exits(cmd));
    fputs(".SH FILES\n"
          "Below the prefix of an installation: documents that this page names in\n.IR share/doc/bitnet\\-bench ,\n"
          "plans and data sets in\n.IR share/bitnet\\-bench .\n",
          stdout);
    put_others(cmd);
}
