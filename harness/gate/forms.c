/* forms.c - writes a report in every form that was asked for. */
#include "harness/gate/forms.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum bn_status write_file(const char *path, const struct bn_gate_report *report,
                                 void (*write)(const struct bn_gate_report *, FILE *), struct bn_error *err)
{
    struct bn_output *output;
    if (!path) return BN_OK;
    enum bn_status status = bn_output_open(&output, path, err);
    if (status) return status;
    write(report, bn_output_stream(output));
    return bn_output_commit(output, err);
}

static enum bn_status write_files(const struct bn_gate_forms *forms, const struct bn_gate_report *report,
                                  struct bn_error *err)
{
    enum bn_status status = write_file(forms->markdown, report, bn_gate_write_markdown, err);
    return status ? status : write_file(forms->junit, report, bn_gate_write_junit, err);
}

enum bn_status bn_gate_forms_begin(const struct bn_gate_forms *forms, const struct bn_gate_report *report,
                                   struct bn_error *err)
{
    struct bn_gate_report unfinished = *report;
    if (forms->markdown && forms->junit && !strcmp(forms->markdown, forms->junit))
        return bn_harness_fail(err, BN_ERR_USAGE, "Give --markdown and --junit different files.");
    bn_found_add(&unfinished.found, BN_FOUND_RUN, false, "", "The gate has not ended, or was killed.");
    bn_gate_settle(&unfinished);
    return write_files(forms, &unfinished, err);
}

enum bn_status bn_gate_forms_write(const struct bn_gate_forms *forms, const struct bn_gate_report *report,
                                   struct bn_error *err)
{
    if (forms->json) {
        json_t *object = bn_gate_json(report);
        json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
        fputc('\n', stdout);
        json_decref(object);
    } else
        bn_gate_write_terminal(report, stdout);
    if (forms->github) bn_gate_write_github(report, forms->json ? stderr : stdout);
    return write_files(forms, report, err);
}

static void add(char *text, size_t cap, const char *part)
{
    size_t n = strlen(text);
    snprintf(text + n, cap - n, "%s", part);
}

/* One word, between quotes where a shell would read something into it. */
static void add_word(char *text, size_t cap, const char *word)
{
    bool plain =
        *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@,+%")];
    if (*text) add(text, cap, " ");
    if (!plain) add(text, cap, "'");
    for (; *word; word++) add(text, cap, *word == '\'' ? "'\\''" : (char[]){*word, 0});
    if (!plain) add(text, cap, "'");
}

void bn_gate_repeat(char *text, size_t cap, const char *command, char *const *argv, uint64_t seed)
{
    static const char *const outputs[] = {"--markdown", "--junit", "--seed"};
    char number[32];
    *text = 0;
    if (command) add(text, cap, command);
    if (!command) add(text, cap, "bitnet-bench gate");
    for (argv++; !command && *argv; argv++) {
        bool skip = false;
        for (int i = 0; i < 3; i++) {
            size_t n = strlen(outputs[i]);
            bool same = !strncmp(*argv, outputs[i], n);
            if (same && !(*argv)[n] && argv[1]) argv++, skip = true;
            if (same && (*argv)[n] == '=') skip = true;
        }
        if (!skip) add_word(text, cap, *argv);
    }
    snprintf(number, sizeof number, " --seed %" PRIu64, seed);
    add(text, cap, number);
}
