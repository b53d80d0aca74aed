/* test_task_file.c - task files: every one of tasks.list is whole, and what a file gets wrong is said with its place.
 */
#include "suites/tests/data_file.h"

#define HEAD                                                                                                           \
    "task: t\nversion: \"1\"\npurpose: p\nscore: choice\ncontext: \"{{q}}\"\nchoices: \"[a, b]\"\nanswer: \"{{k}}\"\n"
#define LAYOUT "layouts:\n  - files: [t.jsonl]\n    format: jsonl\n"

Test(task_file, every_task_says_where_its_data_come_from)
{
    const char *names[64];
    size_t n = bn_eval_tasks(names, NULL, 64);
    cr_assert_geq(n, 15);
    for (size_t i = 0; i < n; i++) {
        const struct bn_task *task = bn_task_find(names[i]);
        cr_assert(task, "%s", names[i]);
        bool own = !strcmp(task->layouts[0].files[0], "--text_file");
        cr_expect(own || task->data || task->source, "%s", names[i]);
        cr_expect(own || task->licence, "%s", names[i]);
    }
}

static const struct {
    const char *text, *want;
} wrong[] = {
    {"", "t.yaml is empty"},
    {"task: [", "not YAML"},
    {HEAD, "The field \"layouts\" is missing"},
    {HEAD LAYOUT "colour: red\n", "t.yaml, line 11, column 1: Unknown field \"colour\""},
    {HEAD LAYOUT "    colour: red\n", "t.yaml, line 11, column 5: Unknown field \"colour\""},
    {HEAD LAYOUT "version: \"2\"\n", "\"version\" is given twice"},
    {HEAD "metrics: [acc, bleu]\n" LAYOUT, "must be acc, acc_norm or acc_bytes"},
    {HEAD "metrics: [acc, acc]\n" LAYOUT, "twice"},
    {HEAD "clean: soap\n" LAYOUT, "clean must be none, brackets or wikitext"},
    {HEAD "layouts:\n  - files: [t.csv]\n    format: csv\n", "need columns"},
    {HEAD LAYOUT "    columns: [a]\n", "and no others, need columns"},
    {HEAD LAYOUT "    separator: x\n", "needs separator"},
    {HEAD "layouts:\n  - files: [t.xml]\n    format: xml\n", "format must be jsonl"},
    {HEAD "truth: \"[1, 0]\"\n" LAYOUT, "either answer or truth"},
    {HEAD "text: \"{{q}}\"\n" LAYOUT, "text alone where texts are scored"},
    {HEAD "grouped: true\n" LAYOUT, "A grouped task needs group"},
    {HEAD "categories: [{name: c, groups: [a]}]\n" LAYOUT, "Only a grouped task has categories"},
    {HEAD "grouped: true\ngroup: x\ncategories: [{name: c, groups: [a]}, {name: d, groups: [b, a]}]\n" LAYOUT,
     "The group a is in two categories"},
    {HEAD "grouped: true\ngroup: x\ncategories: [{name: C d, groups: [a]}]\n" LAYOUT, "The name of a category"},
    {HEAD "grouped: true\ngroup: x\ncategories: [{name: c}]\n" LAYOUT, "\"groups\" is missing"},
    {HEAD "preambles: [{name: c, text: t}]\n" LAYOUT, "two or more"},
    {HEAD "group: x\npreambles: [{name: c, text: t}, {name: d, text: u}]\n" LAYOUT, "without group, shots and metrics"},
    {HEAD "preambles: [{name: c, text: t}, {name: c, text: u}]\n" LAYOUT, "have the name \"c\""},
    {HEAD "sampler: last\n" LAYOUT, "sampler must be default or first_n"},
    {HEAD "n_choices: 1\n" LAYOUT, "n_choices must be a whole number from 2 to 64"},
    {"task: T t\nversion: \"1\"\npurpose: p\nscore: choice\ncontext: x\nchoices: x\nanswer: x\n" LAYOUT, "a to z"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: true_share\ncontext: x\nchoices: x\nanswer: x\n" LAYOUT,
     "true_share needs truth"},
    {HEAD "layouts:\n  - files: [\"a*b*.jsonl\"]\n    format: jsonl\n", "one * at most"},
    {HEAD "layouts:\n  - files: [\"*/t.jsonl\"]\n    format: jsonl\n", "one * at most"},
    {HEAD "layouts:\n  - files: [--text_file]\n    format: text\n", "only file of a task"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: story\nclean: wikitext\ntext: \"{{text}}\"\nlayouts:\n  - files: "
     "[--text_file]\n"
     "    format: text\n",
     "nothing cleaned"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: true_share\ncontext: x\nchoices: x\ntruth: x\n" LAYOUT
     "    shots: s.jsonl\n",
     "takes no shots"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: true_share\ncontext: x\nchoices: x\ntruth: x\nmetrics: "
     "[acc_norm]\n" LAYOUT,
     "acc alone"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: rolling\n" LAYOUT, "text alone where texts are scored"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: story\ntext: x\nmetrics: [acc]\n" LAYOUT, "A task of texts has no"},
    {"task: t\nversion: \"1\"\npurpose: p\nscore: partial\nchoices: x\ntext: x\nanswer: x\ndescription: d\n" LAYOUT,
     "acc alone"},
};

Test(task_file, faults_are_said)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bn_task *task = NULL;
        struct bn_error err = {0};
        enum bn_status status = bn_task_parse(&task, wrong[i].text, strlen(wrong[i].text), "t.yaml", &err);
        cr_expect_eq(status, BN_ERR_FORMAT, "case %zu", i);
        cr_expect(strstr(err.text, wrong[i].want) && !strncmp(err.text, "t.yaml", 6), "case %zu: %s", i, err.text);
        bn_task_free(task);
    }
}

static const struct {
    const char *fields, *row, *want;
} rows[] = {
    {"", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", NULL},
    {"", "{\"a\": \"y\", \"b\": \"z\", \"k\": 1}",
     "Line 1 of t.jsonl is not what the task expects: The template context "
     "cannot be rendered (line 1): \"q\" is undefined."},
    {"", "[1]", "Line 1 of t.jsonl is not a JSON object."},
    {"", "{\"q\": \"x\", \"a\": 1, \"b\": \"z\", \"k\": 1}", "has a choice that is not a string"},
    {"", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": \"01\"}", "has the answer \"01\""},
    {"", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": -1}", "has the answer \"-1\""},
    {"labels: \"['p']\"\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "has 1 labels for 2 choices"},
    {"labels: q\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "gives no list as labels"},
    {"n_choices: 3\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "has 2 choices, not 3"},
    {"group: \"\"\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "group must have 1 to"},
    {"group: \"{{''}}\"\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "has no name as its group"},
    {"id: \"{{q | nothing}}\"\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "\"nothing\""},
    {"id: \"{{q\"\n", "{\"q\": \"x\", \"a\": \"y\", \"b\": \"z\", \"k\": 1}", "a bracket"},
};

Test(task_file, rows_that_do_not_fit_are_said)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct data_file d = {.dir = ""};
        struct bn_task *task = NULL;
        char text[1024];
        snprintf(text, sizeof text, "%s%s%s", HEAD, rows[i].fields, LAYOUT);
        data_file_put(&d, "t.jsonl", rows[i].row, strlen(rows[i].row));
        struct bn_eval_options options = {.data_dir = d.dir};
        enum bn_status status = bn_task_parse(&task, text, strlen(text), "t.yaml", &d.err);
        if (!status) status = bn_task_items(&d.items, task, &options, &d.err);
        cr_expect_eq(status, rows[i].want ? BN_ERR_FORMAT : BN_OK, "case %zu: %s", i, d.err.text);
        cr_expect(!rows[i].want || strstr(d.err.text, rows[i].want), "case %zu: %s", i, d.err.text);
        bn_task_free(task);
        data_file_release(&d);
    }
}
