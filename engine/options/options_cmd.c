/* options_cmd.c - the registered options on a command line: one line each in a program's table. Only programs call
 * this. */
#include "engine/cmdline.h"
#include "engine/options/option.h"
#include <stdlib.h>
#include <string.h>

/* What was given for each option of the registry, in its order: a switch is at its default unless it was given. */
static struct given {
    const char *value;
    bool on;
} * given;
static const char *config_path;
static struct bn_config_file config;
static struct bn_option_choice *choices; /* [n_choices] of both */
static size_t n_choices;
static struct bn_cmd_option *table; /* both live as long as the program */

static void release(void) { free(table), free(given), free(choices), bn_config_release(&config); }

static struct bn_cmd_option line_of(const struct bn_option *o, struct given *g)
{
    void *target = o->argument ? (void *)&g->value : (void *)&g->on;
    return (struct bn_cmd_option){.name = o->name,
                                  .argument = o->argument,
                                  .type = o->argument ? BN_CMD_STRING : BN_CMD_FLAG,
                                  .target = target,
                                  .help = o->help,
                                  .values = o->argument ? o->values : NULL,
                                  .open = true}; /* bn_options_apply knows what else it takes */
}

const struct bn_cmd_option *bn_cmd_options_join(const struct bn_cmd_option *own)
{
    static const struct bn_cmd nobody = {"options"};
    size_t n_own = 0, n;
    const struct bn_option *const *registered = bn_options(&n);
    while (own[n_own].name) n_own++;
    table = calloc(n_own + n + 2, sizeof *table);
    given = calloc(n, sizeof *given);
    if (!table || !given || atexit(release)) bn_cmd_fail(&nobody, 1, "Out of memory.");
    for (size_t i = 0; i < n_own; i++) table[i] = own[i];
    for (size_t i = 0; i < n; i++) {
        given[i].on = !registered[i]->argument && !strcmp(registered[i]->values[0], "on");
        table[n_own + i] = line_of(registered[i], &given[i]);
    }
    table[n_own + n] = (struct bn_cmd_option){"config",
                                              "FILE",
                                              BN_CMD_STRING,
                                              &config_path,
                                              "options that bitnet-optimize-all chose for this model on this machine; "
                                              "those given here win, and those that do "
                                              "nothing here are left out",
                                              0,
                                              0};
    return table;
}

/* What was given on the command line. */
static enum bn_status take_given(struct bn_error *err)
{
    size_t n;
    const struct bn_option *const *registered = bn_options(&n);
    choices = calloc(n + BN_CONFIG_MOST, sizeof *choices);
    if (!choices) return bn_fail_memory(err, "the options", (n + BN_CONFIG_MOST) * sizeof *choices);
    for (size_t i = 0; i < n; i++) {
        const char *value = registered[i]->argument ? given[i].value : given[i].on ? "on" : "off";
        if (value && (registered[i]->argument || !bn_option_is_default(registered[i], value)))
            choices[n_choices++] = (struct bn_option_choice){registered[i]->name, value};
    }
    return BN_OK;
}

/* Adds what the file of --config says and the command line does not. */
static enum bn_status take_config(struct bn_settings *settings, unsigned tasks, struct bn_error *err)
{
    if (!config_path) return BN_OK;
    enum bn_status status = bn_config_read(&config, config_path, err);
    if (status != BN_OK) return status;
    n_choices = bn_config_join(&config, choices, n_choices, tasks);
    settings->model.fingerprint = config.fingerprint;
    return BN_OK;
}

int bn_cmd_options_apply(struct bn_settings *settings, unsigned tasks, struct bn_error *err)
{
    enum bn_status status = take_given(err);
    if (status == BN_OK) status = take_config(settings, tasks, err);
    if (status == BN_OK) status = bn_options_apply(settings, choices, n_choices, err);
    return status == BN_OK ? bn_options_act_on(choices, n_choices, tasks, err) : status;
}

/* ---- what became of them ---- */
static void say_refit(const char *program, const struct bn_model_options *asked, const struct bn_model_info *info)
{
    if (asked->wrq && asked->ternary_weights)
        bn_cmd_note(program, "--ternary_weights is switched off, because --wrq takes its place.");
    if (info->wrq)
        bn_cmd_note(program, "--wrq leaves %.2f %% of the energy of the weights; alpha became %.3g.",
                    100 * info->fit_loss, info->fit_alpha);
    if (asked->wrq && !strcmp(info->file_encoding, "wrq"))
        bn_cmd_note(program, "--wrq does nothing, because the weights of this file are wrq already.");
    if (info->wrq && (info->file_is_ternary || !strcmp(info->file_encoding, "binary")))
        bn_cmd_note(program,
                    "--wrq can only lose here: two planes hold %s weights at best as they are, and multiply twice.",
                    info->file_encoding);
}

void bn_cmd_options_say(const char *program, const struct bn_model_options *asked, const struct bn_model_info *info)
{
    if (asked->clip_embed_norm > 0)
        bn_cmd_note(program, "--clip_embed_norm %g rescales %d of %d embedding rows.", (double)asked->clip_embed_norm,
                    info->n_clipped_rows, info->n_vocab);
    say_refit(program, asked, info);
    if (info->blocked_layout && !info->blocked)
        bn_cmd_note(program, "The .blocked file beside the model has layout %s; with %s it is not used.",
                    info->blocked_layout, info->ternary_layout);
}

int bn_cmd_options_exact(struct bn_error *err)
{
    for (size_t i = 0; i < n_choices; i++)
        if (!bn_option_exact(bn_option_find(choices[i].name), choices[i].value))
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "Option %s (%s) changes what the model computes; leave it out here.", choices[i].name,
                           choices[i].value);
    return BN_OK;
}

int bn_cmd_options_act(const struct bn_model_info *info, struct bn_error *err)
{
    return bn_options_act(choices, n_choices, info, err);
}
