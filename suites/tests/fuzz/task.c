/* task.c - the file of one data set, in a folder as --data_dir names it. */
#include "ci/fuzz/fuzz.h"
#include "suites/eval/task.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const tasks[] = {
    "microworld", "microworld_recall", "arc_easy",       "openbookqa", "hellaswag",  "mmlu",
    "piqa",       "truthfulqa_mc1",    "truthfulqa_mc2", "wikitext",   "tinystories"};

/* Every task that finds its file; taken when one takes it. */
bool fuzz_path(const char *path, struct bn_error *err)
{
    const struct bn_eval_options options = {.data_dir = path};
    bool taken = false, found = false;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        struct bn_items items = {0};
        struct bn_error why = {0};
        enum bn_status status = bn_task_items(&items, bn_task_find(tasks[i]), &options, &why);
        if (!status && !bn_items_gather(&items)) abort();
        for (size_t k = 0; !status && k < items.n; k++) /* what is taken has answers that exist */
            if (items.list[k].gold >= items.list[k].n_choices || !items.list[k].n_choices) abort();
        if (!status) bn_items_same_id(&items);
        taken |= !status;
        if (status && (!found || status != BN_ERR_IO)) *err = why;
        found |= status != BN_OK && status != BN_ERR_IO;
        bn_items_release(&items);
    }
    return taken;
}

/* Two folders in `folder`, each with one published form of every set; all files are the input. */
static void place(const char *folder)
{
    static const char *const places[] = {"a/microworld/microworld_heldout.jsonl",
                                         "a/arc-easy/test.jsonl",
                                         "a/openbookqa/test.jsonl",
                                         "a/piqa/validation.jsonl",
                                         "a/hellaswag/hellaswag_val_full.txt",
                                         "a/mmlu/test/law_test.csv",
                                         "a/truthfulqa/mc_task.json",
                                         "a/wikitext-2/test.txt",
                                         "a/train-text/tinystories/tinystories_a.txt",
                                         "b/hellaswag/hellaswag_val.jsonl",
                                         "b/mmlu/test.jsonl",
                                         "b/truthfulqa/validation.jsonl"};
    char file[256], input[128];
    snprintf(input, sizeof input, "%s/input", folder);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, places[i]);
        for (char *p = file + strlen(folder) + 1; (p = strchr(p, '/')); *p++ = '/') *p = 0, mkdir(file, 0700);
        if (symlink(input, file)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static bool placed;
    char path[64], form[128];
    int fd;
    fuzz_memory_file(path, &fd, bytes, n);
    const char *folder = fuzz_folder("", (const char *const[]){NULL}, "input", path);
    if (!placed) place(folder), placed = true;
    for (char name = 'a'; name <= 'b'; name++) {
        snprintf(form, sizeof form, "%s/%c", folder, name);
        fuzz_try(form, &(struct bn_error){0});
    }
    close(fd);
    return 0;
}
