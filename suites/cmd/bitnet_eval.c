/* bitnet_eval.c - the command line of bitnet-eval: tasks, stress tests, readiness, divergence. */
#include "engine/files.h"
#include "suites/cmd/bitnet_eval/eval.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char usual_data[] = "datasets";
struct eval_command o = {.eval.data_dir = usual_data, .seed = NO_SEED, .multiturn = true, .n_new = BN_LATENCY_TOKENS};

static const struct bn_cmd_option options[] = {
    {"model", "FILE", BN_CMD_STRING, &o.model_path, "model to evaluate (GGUF, safetensors directory, llama2.c .bin)", 0,
     0},
    {"tokenizer", "FILE", BN_CMD_STRING, &o.model.tokenizer_path, "tokenizer of a llama2.c checkpoint", 0, 0},
    {"pretokenizer", "NAME", BN_CMD_STRING, &o.model.pretokenizer,
     "override what the file says: llama-bpe, gpt-2, qwen2, ...", 0, 0},
    {"tasks", "A,B", BN_CMD_STRING, &o.tasks, "tasks to run: names (--list_tasks) and task files (FILE.yaml)", 0, 0},
    {"subset", "A,B", BN_CMD_STRING, &o.subset,
     "further tasks, or several under one name (--list_tasks): truthfulness; latency times --workload", 0, 0},
    {"metric", "NAME", BN_CMD_STRING, &o.metric,
     "state this metric alone: acc, acc_norm, ...; factual_consistency (of --subset truthfulness)", 0, 0},
    {"workload", "NAME|FILE", BN_CMD_STRING, &o.workload,
     "--subset latency: the documents to continue: openwebtext, another task of texts, or a file", 0, 0},
    {"max_new_tokens", "N", BN_CMD_INT, &o.n_new, "--subset latency: tokens generated for a document (default: 64)", 2,
     100000},
    {"data_dir", "DIR", BN_CMD_STRING, &o.eval.data_dir, "folder of the tasks' data (default: datasets)", 0, 0},
    {"num_fewshot", "N", BN_CMD_INT, &o.eval.n_shots, "put N examples before each question (default: 0)", 0, 1000},
    {"samples", "N[,N]|JSON|FILE", BN_CMD_STRING, &o.samples,
     "only N documents drawn by --seed (of each task; or a number a task), or those that {\"TASK\": [N, ...]} lists", 0,
     0},
    {"seed", "N", BN_CMD_U64, &o.seed,
     "draw the examples of --num_fewshot with this seed (default: take the first), and --samples (default: 1234)", 0,
     0},
    {"apply_chat_template", NULL, BN_CMD_FLAG, &o.eval.chat, "put the model's chat template around each prompt", 0, 0},
    {"chat_template", "NAME|FILE", BN_CMD_STRING, &o.model.chat_template,
     "another template than the model's own: one of its named ones, a built-in form (chatml, llama-3, ...), a file", 0,
     0},
    {"fewshot_as_multiturn", NULL, BN_CMD_FLAG, &o.multiturn,
     "with a chat template each example is two turns (default); False: all are in the question's turn", 0, 0},
    {"system_instruction", "TEXT", BN_CMD_STRING, &o.eval.system_instruction, "said before examples and question", 0,
     0},
    {"show_prompts", "N", BN_CMD_INT, &o.show_prompts,
     "print the first N prompts of each task instead; needs no model (but for its chat template)", 1, 1e9},
    {"alone", NULL, BN_CMD_FLAG, &o.eval.alone,
     "compute every input whole and by itself, without sharing and batches: same scores, slower", 0, 0},
    {"batch_size", "N", BN_CMD_INT, &o.eval.n_together, "inputs of one pass (default: 16): same scores", 1, 1024},
    {"limit", "N", BN_CMD_INT, &o.eval.limit, "only the first N items of a task", 1, 1e9},
    {"limit_per_group", "N", BN_CMD_INT, &o.eval.limit_per_group, "only the first N items of each group (MMLU subject)",
     1, 1e9},
    {"ids", "A,B", BN_CMD_STRING, &o.eval.ids, "only the items with these ids", 0, 0},
    {"text_file", "FILE", BN_CMD_STRING, &o.eval.text_file, "text of task perplexity", 0, 0},
    {"rule", "NAME", BN_CMD_STRING, &o.eval.rule, "rule of perplexity: llama.cpp (default) or lm-eval",
     .values = BN_CMD_WORDS("llama.cpp", "lm-eval")},
    {"n_ctx", "N", BN_CMD_INT, &o.eval.n_ctx, "longest input in tokens (default: the model's; 512 for perplexity)", 0,
     1e7},
    {"threads", "N", BN_CMD_INT, &o.eval.n_threads, "threads; 0: one per physical core", 0, 1024},
    {"items", "FILE", BN_CMD_STRING, &o.items,
     "write every item's log-likelihoods there; FILE.unfinished keeps them meanwhile: the same command goes on", 0, 0},
    {"token_ids", NULL, BN_CMD_FLAG, &o.eval.token_ids, "items: also the ids of every input", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &o.json, "print one JSON object", 0, 0},
    {"list_tasks", NULL, BN_CMD_FLAG, &o.list_tasks, "list the tasks and the stress tests", 0, 0},
    {"lens", NULL, BN_CMD_FLAG, &o.lens, "divergence: also after each layer (logit lens)", 0, 0},
    {"quick", NULL, BN_CMD_FLAG, &o.quick, "stress and readiness: a shorter form of each test", 0, 0},
    {"only", "A,B", BN_CMD_STRING, &o.only, "stress: only the tests whose names begin so (s01,s03)", 0, 0},
    {"against", "FILE", BN_CMD_STRING, &o.against,
     "stress: a second file that must give the same logits; divergence: the reference", 0, 0},
    {"twin", "FILE", BN_CMD_STRING, &o.twin,
     "stress and readiness: the same model in full precision, for the tests that compare", 0, 0},
    {0}};
static const struct bn_cmd_word commands[] = {
    {"stress", "twelve stress tests of a model, each with a verdict"},
    {"readiness", "one score of a model and its options, from the stress tests and two tasks"},
    {"divergence", "how far its predictions are from those of another model on a text"},
    {0}};
const struct bn_cmd cmd = {
    "bitnet-eval",
    "evaluation tasks and stress tests",
    "--model M --tasks A,B [options]\n"
    "       bitnet-eval --model M --subset latency --workload NAME|FILE [options]\n"
    "       bitnet-eval stress --model M [options]\n"
    "       bitnet-eval readiness --model M [--twin FILE] [options]\n"
    "       bitnet-eval divergence --model M --against REFERENCE --text_file F [--lens]",
    options,
    "Tasks read the published files of their sets under DIR of --data_dir, such as arc-easy/test.jsonl\n"
    "(its default, datasets, has microworld/). suites/eval/README.md says how to write a task of your own.\n"
    "Tasks use an f32 KV cache unless --kv_type names another.\n",
    "0 done, all stress tests passed or skipped, 1 failed, 2 usage, 77 a task's data are not there",
    commands};

/* What the program is for this time. */
enum { TASKS = 1, STRESS = 2, DIVERGENCE = 4, READINESS = 8, LATENCY = 16 };

/* Options that the mode has no use for are refused, not ignored. */
static void check_options(unsigned mode)
{
    static const char *const words[] = {[TASKS] = "--tasks",
                                        [LATENCY] = "--subset latency",
                                        [TASKS | LATENCY] = "--tasks",
                                        [STRESS] = "the word stress",
                                        [DIVERGENCE] = "the word divergence",
                                        [STRESS | DIVERGENCE] = "the word stress or divergence",
                                        [STRESS | READINESS] = "the word stress or readiness",
                                        [TASKS | LATENCY | STRESS | READINESS] =
                                            "--tasks or the word stress or readiness",
                                        [TASKS | DIVERGENCE] = "--tasks or the word divergence",
                                        [TASKS | LATENCY | DIVERGENCE] = "--tasks or the word divergence"};
    static const struct {
        const char *option;
        unsigned modes;
    } uses[] = {{"tasks", TASKS},
                {"subset", TASKS | LATENCY},
                {"metric", TASKS},
                {"workload", LATENCY},
                {"max_new_tokens", LATENCY},
                {"data_dir", TASKS | LATENCY | STRESS | READINESS},
                {"num_fewshot", TASKS},
                {"samples", TASKS | LATENCY},
                {"seed", TASKS | LATENCY},
                {"apply_chat_template", TASKS},
                {"chat_template", TASKS},
                {"fewshot_as_multiturn", TASKS},
                {"system_instruction", TASKS},
                {"alone", TASKS},
                {"batch_size", TASKS},
                {"token_ids", TASKS},
                {"show_prompts", TASKS},
                {"limit", TASKS | LATENCY | DIVERGENCE},
                {"limit_per_group", TASKS},
                {"ids", TASKS},
                {"text_file", TASKS | DIVERGENCE},
                {"rule", TASKS},
                {"items", TASKS},
                {"lens", DIVERGENCE},
                {"quick", STRESS | READINESS},
                {"only", STRESS},
                {"twin", STRESS | READINESS},
                {"against", STRESS | DIVERGENCE}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        bn_cmd_needs(&cmd, uses[i].option, uses[i].modes & mode, words[uses[i].modes]);
}

void list_tasks(void)
{
    const char *names[MAX_TASKS], *purposes[MAX_TASKS];
    size_t n = bn_eval_tasks(names, purposes, MAX_TASKS);
    for (size_t i = 0; i < n; i++) printf("%-22s %s\n", names[i], purposes[i]);
    list_subsets();
    const struct bn_stress_test *tests;
    n = bn_stress_tests(&tests);
    for (size_t i = 0; i < n; i++) printf("stress %-26s %s\n", tests[i].name, tests[i].purpose);
}

void warn_of_context(const struct bn_model *model, int n_ctx)
{
    int trained = bn_model_info(model)->n_ctx_train;
    if (n_ctx > trained)
        fprintf(stderr,
                "bitnet-eval: The model was trained for %d tokens; with a context of %d scores of longer texts may be "
                "poor.\n",
                trained, n_ctx);
}

struct bn_model *open_model(void)
{
    struct bn_model *model;
    struct bn_error err = {0};
    if (!o.model_path) bn_cmd_fail(&cmd, 2, "--model is needed: the file or directory of the model.");
    if (bn_model_open(&model, o.model_path, &o.model, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (bn_cmd_options_act(bn_model_info(model), &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_cmd_options_say(cmd.name, &o.model, bn_model_info(model));
    o.model.fingerprint = 0; /* checked; a file that is compared has its own */
    warn_of_context(model, o.eval.n_ctx);
    return model;
}

/* Writes one JSON value and a newline; says so when the disk is full. */
void put_json(FILE *f, json_t *value, const char *where)
{
    if (!value || json_dumpf(value, f, JSON_COMPACT | JSON_REAL_PRECISION(12)) || fputc('\n', f) == EOF || fflush(f))
        bn_cmd_fail(&cmd, 1, "Writing %s failed: %s.", where, strerror(errno));
    json_decref(value);
}

/* What the options of the registry set. Tasks and tests score given text: nothing is generated. */
static void apply_options(void)
{
    struct bn_settings s = {.model = o.model};
    struct bn_error err = {0};
    if (bn_cmd_options_apply(&s, BN_TASK_SESSION, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    o.model = s.model;
    o.eval.session = s.session;
}

int main(int argc, char **argv)
{
    struct bn_cmd all = cmd;
    all.options = bn_cmd_options_join(options);
    keep_engine_words(argc, argv);
    int rest = bn_cmd_parse(&all, argc, argv);
    bool is_stress = rest == 1 && !strcmp(argv[1], "stress");
    bool is_divergence = rest == 1 && !strcmp(argv[1], "divergence");
    bool is_readiness = rest == 1 && !strcmp(argv[1], "readiness");
    if (rest && !is_stress && !is_divergence && !is_readiness)
        bn_cmd_fail(&cmd, 2, "Unknown word \"%s\"; choose stress, readiness or divergence.", argv[1]);
    if (o.list_tasks) {
        list_tasks();
        return bn_cmd_finish(cmd.name, 0);
    }
    bool is_latency = o.subset && !strcmp(o.subset, "latency");
    check_options(is_stress       ? STRESS
                  : is_divergence ? DIVERGENCE
                  : is_readiness  ? READINESS
                  : is_latency    ? LATENCY
                                  : TASKS);
    char found[BN_PATH_BYTES];
    if (o.eval.data_dir == usual_data) o.eval.data_dir = bn_shipped_path(found, usual_data);
    apply_options();
    return bn_cmd_finish(cmd.name, is_stress       ? stress()
                                   : is_divergence ? diverge()
                                   : is_readiness  ? readiness()
                                   : is_latency    ? latency()
                                                   : evaluate());
}
