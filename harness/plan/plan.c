/* plan.c - reads a plan file with libcyaml, says which line is wrong, fills defaults, and resolves model paths. */
#include "harness/plan/plan.h"
#include "harness/error.h"
#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PLAN_BYTES = 1 << 20, MAX_VALUES = 256, MAX_TOKENS = 1 << 20 };

static const cyaml_schema_value_t text_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 4096)};
static const cyaml_schema_value_t count_schema = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint32_t)};

static const cyaml_schema_field_t model_fields[] = {
    CYAML_FIELD_STRING_PTR("path", CYAML_FLAG_POINTER, struct bn_plan_model, path, 1, 4096),
    CYAML_FIELD_STRING_PTR("label", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan_model, label, 1, 256),
    CYAML_FIELD_SEQUENCE_COUNT("engines", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan_model, engines,
                               n_engines, &text_schema, 1, MAX_VALUES),
    CYAML_FIELD_END};
static const cyaml_schema_value_t model_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct bn_plan_model, model_fields)};

static const cyaml_schema_field_t workload_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct bn_plan_workload, name, 1, 64),
    CYAML_FIELD_UINT("fill", CYAML_FLAG_OPTIONAL, struct bn_plan_workload, fill),
    CYAML_FIELD_UINT("prefill", CYAML_FLAG_OPTIONAL, struct bn_plan_workload, prefill),
    CYAML_FIELD_UINT("decode", CYAML_FLAG_OPTIONAL, struct bn_plan_workload, decode), CYAML_FIELD_END};
static const cyaml_schema_value_t workload_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct bn_plan_workload, workload_fields)};

static const cyaml_schema_field_t option_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct bn_plan_option, name, 1, 64),
    CYAML_FIELD_SEQUENCE_COUNT("values", CYAML_FLAG_POINTER, struct bn_plan_option, values, n_values, &text_schema, 1,
                               MAX_VALUES),
    CYAML_FIELD_END};
static const cyaml_schema_value_t option_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct bn_plan_option, option_fields)};

static const cyaml_strval_t mode_names[] = {{"cartesian", BN_PLAN_CARTESIAN},
                                            {"one_at_a_time", BN_PLAN_ONE_AT_A_TIME},
                                            {"leave_one_out", BN_PLAN_LEAVE_ONE_OUT},
                                            {"pairwise", BN_PLAN_PAIRWISE}};

static const cyaml_schema_field_t plan_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct bn_plan, name, 1, 64),
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan, title, 0, 256),
    CYAML_FIELD_ENUM("mode", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct bn_plan, mode, mode_names, 4),
    CYAML_FIELD_SEQUENCE_COUNT("models", CYAML_FLAG_POINTER, struct bn_plan, models, n_models, &model_schema, 1,
                               MAX_VALUES),
    CYAML_FIELD_SEQUENCE_COUNT("workloads", CYAML_FLAG_POINTER, struct bn_plan, workloads, n_workloads,
                               &workload_schema, 1, MAX_VALUES),
    CYAML_FIELD_SEQUENCE_COUNT("engines", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan, engines, n_engines,
                               &text_schema, 1, MAX_VALUES),
    CYAML_FIELD_SEQUENCE_COUNT("kernels", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan, kernels, n_kernels,
                               &text_schema, 1, MAX_VALUES),
    CYAML_FIELD_SEQUENCE_COUNT("threads", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan, threads, n_threads,
                               &count_schema, 1, MAX_VALUES),
    CYAML_FIELD_SEQUENCE_COUNT("options", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct bn_plan, options, n_options,
                               &option_schema, 1, MAX_VALUES),
    CYAML_FIELD_UINT("rounds", CYAML_FLAG_OPTIONAL, struct bn_plan, rounds),
    CYAML_FIELD_UINT("repetitions", CYAML_FLAG_OPTIONAL, struct bn_plan, repetitions),
    CYAML_FIELD_UINT("warmup", CYAML_FLAG_OPTIONAL, struct bn_plan, warmup),
    CYAML_FIELD_UINT("seed", CYAML_FLAG_OPTIONAL, struct bn_plan, seed),
    CYAML_FIELD_UINT("time_limit_s", CYAML_FLAG_OPTIONAL, struct bn_plan, time_limit_s),
    CYAML_FIELD_UINT("memory_limit_mb", CYAML_FLAG_OPTIONAL, struct bn_plan, memory_limit_mb),
    CYAML_FIELD_BOOL("ops", CYAML_FLAG_OPTIONAL, struct bn_plan, ops),
    CYAML_FIELD_BOOL("counters", CYAML_FLAG_OPTIONAL, struct bn_plan, counters),
    CYAML_FIELD_END};
static const cyaml_schema_value_t plan_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct bn_plan, plan_fields)};

/* ---- what libcyaml says, kept for one sentence ---- */
struct said {
    char error[512];
    unsigned line; /* innermost of the backtrace; 0: none */
};

static void hear(cyaml_log_t level, void *context, const char *format, va_list args)
{
    struct said *said = context;
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = 0;
    const char *line = strstr(text, "line: ");
    if (line && !said->line) said->line = (unsigned)strtoul(line + 6, NULL, 10);
    if (level >= CYAML_LOG_ERROR && !said->error[0] && !strstr(text, "Backtrace") && strncmp(text, "  in ", 5))
        memcpy(said->error, text, sizeof text);
}

static const char *sentence(struct said *said)
{
    size_t n = strlen(said->error);
    while (n && said->error[n - 1] == '.') said->error[--n] = 0;
    if (!n) return "there is no plan in this file";
    return strncmp(said->error, "Load: ", 6) ? said->error : said->error + 6;
}

static void *take_memory(void *context, void *old, size_t size)
{
    (void)context;
    if (size) return realloc(old, size);
    free(old);
    return NULL;
}

static const cyaml_config_t quiet = {.log_fn = NULL, .mem_fn = take_memory, .log_level = CYAML_LOG_ERROR};

/* ---- the file ---- */
static enum bn_status slurp(const char *path, char **text, size_t *bytes, struct bn_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f) return bn_harness_fail(err, BN_ERR_IO, "The plan %s cannot be opened: %m.", path);
    char *buffer = malloc(MAX_PLAN_BYTES + 1);
    *bytes = buffer ? fread(buffer, 1, MAX_PLAN_BYTES + 1, f) : 0;
    bool bad = !buffer || ferror(f) || *bytes > MAX_PLAN_BYTES;
    fclose(f);
    if (bad) {
        free(buffer);
        return bn_harness_fail(err, BN_ERR_IO, "The plan %s cannot be read, or is larger than 1 MiB.", path);
    }
    buffer[*bytes] = 0;
    *text = buffer;
    return BN_OK;
}

/* A relative model path is taken from the plan's folder, else from the folder of the caller. */
static void resolve(char **path, const char *plan_path)
{
    const char *slash = strrchr(plan_path, '/');
    if ((*path)[0] == '/' || !slash) return;
    char *joined = NULL;
    if (asprintf(&joined, "%.*s/%s", (int)(slash - plan_path), plan_path, *path) < 0) return;
    char *real = realpath(joined, NULL);
    free(joined);
    if (!real) return;
    free(*path);
    *path = real;
}

static enum bn_status check_workload(const struct bn_plan *p, const struct bn_plan_workload *w, struct bn_error *err)
{
    if (!w->prefill && !w->decode)
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "%s: workload \"%s\" measures nothing; give it prefill or decode tokens.", p->path,
                               w->name);
    if (w->fill > MAX_TOKENS || w->prefill > MAX_TOKENS || w->decode > MAX_TOKENS)
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s: workload \"%s\" has more than %d tokens.", p->path, w->name,
                               MAX_TOKENS);
    return BN_OK;
}

static enum bn_status check(const struct bn_plan *p, struct bn_error *err)
{
    for (uint32_t i = 0; i < p->n_workloads; i++) {
        if (check_workload(p, &p->workloads[i], err)) return err->status;
        for (uint32_t j = 0; j < i; j++)
            if (!strcmp(p->workloads[i].name, p->workloads[j].name))
                return bn_harness_fail(err, BN_ERR_FORMAT, "%s: two workloads are named \"%s\".", p->path,
                                       p->workloads[i].name);
    }
    for (uint32_t i = 0; i < p->n_threads; i++)
        if (p->threads[i] < 1 || p->threads[i] > 1024)
            return bn_harness_fail(err, BN_ERR_FORMAT, "%s: threads are 1 to 1024, not %u.", p->path, p->threads[i]);
    if (p->rounds > 10000 || p->repetitions > 100000 || p->warmup > 10000)
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s: rounds, repetitions or warmup is out of range.", p->path);
    return BN_OK;
}

static void set_default(uint32_t *field, uint32_t value)
{
    if (!*field) *field = value;
}

enum bn_status bn_plan_load(struct bn_plan **out, const char *path, struct bn_error *err)
{
    struct bn_error local;
    if (!err) err = &local;
    char *text = NULL;
    size_t bytes = 0;
    if (slurp(path, &text, &bytes, err)) return err->status;
    struct said said = {0};
    cyaml_config_t config = quiet;
    config.log_fn = hear;
    config.log_ctx = &said;
    struct bn_plan *plan = NULL;
    cyaml_load_data((const uint8_t *)text, bytes, &config, &plan_schema, (cyaml_data_t **)&plan, NULL);
    if (!plan) {
        free(text);
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s, line %u: %s.", path, said.line ? said.line : 1,
                               sentence(&said));
    }
    plan->text = text;
    plan->path = strdup(path);
    set_default(&plan->rounds, 1), set_default(&plan->repetitions, 3), set_default(&plan->time_limit_s, 120);
    for (uint32_t i = 0; i < plan->n_models; i++) resolve(&plan->models[i].path, path);
    if (plan->path && !check(plan, err)) return *out = plan, BN_OK;
    if (!plan->path) bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading %s.", path);
    bn_plan_close(plan);
    return err->status;
}

void bn_plan_close(struct bn_plan *plan)
{
    if (!plan) return;
    free(plan->text);
    free(plan->path);
    cyaml_free(&quiet, &plan_schema, plan, 0);
}

const char *bn_plan_mode_name(enum bn_plan_mode mode) { return mode_names[mode].str; }
