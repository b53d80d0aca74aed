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
static struct bn_cmd_option *table; /* both live as long as the program */

static void release(void) { free(table), free(given), bn_config_release(&config); }

static struct bn_cmd_option line_of(const struct bn_option *o, struct given *g)
{
    void *target = o->argument ? (void *)&g->value : (void *)&g->on;
    return (struct bn_cmd_option){o->name, o->argument, o->argument ? BN_CMD_STRING : BN_CMD_FLAG, target, o->help, 0,
                                  0};
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
    table[n_own + n] = (struct bn_cmd_option){
        "config",
        "FILE",
        BN_CMD_STRING,
        &config_path,
        "options that bitnet-optimize-all chose for this model on this machine; those given here win",
        0,
        0};
    return table;
}

static bool among(const struct bn_option_choice *choices, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(choices[i].name, name)) return true;
    return false;
}

/* Adds the choices of the file of --config that the command line did not make. */
static enum bn_status add_config(struct bn_settings *settings, struct bn_option_choice *choices, size_t *chosen,
                                 struct bn_error *err)
{
    size_t given_here = *chosen;
    if (!config_path) return BN_OK;
    enum bn_status status = bn_config_read(&config, config_path, err);
    for (size_t i = 0; status == BN_OK && i < config.n; i++)
        if (!among(choices, given_here, config.choices[i].name)) choices[(*chosen)++] = config.choices[i];
    settings->model.fingerprint = config.fingerprint;
    return status;
}

int bn_cmd_options_apply(struct bn_settings *settings, struct bn_error *err)
{
    size_t n, chosen = 0;
    const struct bn_option *const *registered = bn_options(&n);
    struct bn_option_choice *choices = calloc(n, sizeof *choices);
    if (!choices) return bn_fail_memory(err, "the options", n * sizeof *choices);
    for (size_t i = 0; i < n; i++) {
        const char *value = registered[i]->argument ? given[i].value : given[i].on ? "on" : "off";
        if (value && (registered[i]->argument || !bn_option_is_default(registered[i], value)))
            choices[chosen++] = (struct bn_option_choice){registered[i]->name, value};
    }
    int status = add_config(settings, choices, &chosen, err);
    if (status == BN_OK) status = bn_options_apply(settings, choices, chosen, err);
    free(choices);
    return status;
}
