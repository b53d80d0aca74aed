/* test_read.c - published forms of each data set, and damaged files: one sentence with the line. */
#include "suites/eval/read.h"
#include "suites/tests/data_file.h"

/* ---- csv ---- */
static int csv(const char *text, char fields[6][32], size_t *line, struct bn_error *err)
{
    char copy[256], *f[6];
    int n = 0;
    snprintf(copy, sizeof copy, "%s", text);
    struct bn_csv reader = {copy, 1, "file"};
    if (bn_csv_next(&reader, f, 6, &n, line, err)) return -1;
    for (int i = 0; i < n && i < 6; i++) snprintf(fields[i], 32, "%s", f[i]);
    return n;
}

Test(read, csv_quotes_commas_and_lines)
{
    char text[] = "a,\"b, \"\"c\"\"\nd\",e\n\n,\"\"\nlast", *f[6];
    struct bn_csv reader = {text, 1, "file"};
    size_t line;
    int n;
    cr_assert_eq(bn_csv_next(&reader, f, 6, &n, &line, NULL), BN_OK);
    cr_assert_eq(n, 3);
    cr_expect_eq(line, 1);
    cr_assert_str_eq(f[0], "a");
    cr_assert_str_eq(f[1], "b, \"c\"\nd");
    cr_assert_str_eq(f[2], "e");
    cr_assert_eq(bn_csv_next(&reader, f, 6, &n, &line, NULL), BN_OK);
    cr_assert_eq(n, 2);
    cr_expect_eq(line, 4, "the quoted line break and the blank line count");
    cr_assert_str_eq(f[0], "");
    cr_assert_str_eq(f[1], "");
    cr_assert_eq(bn_csv_next(&reader, f, 6, &n, &line, NULL), BN_OK);
    cr_assert_eq(n, 1);
    cr_assert_str_eq(f[0], "last");
    cr_assert_eq(bn_csv_next(&reader, f, 6, &n, &line, NULL), BN_OK);
    cr_assert_eq(n, 0);
}

Test(read, csv_faults_have_a_line)
{
    char f[6][32];
    size_t line;
    struct bn_error err = {0};
    cr_expect_eq(csv("a,b,c,d,e,f,g,h\n", f, &line, &err), 8, "fields beyond the room are counted");
    cr_expect_eq(csv("\"a\nb", f, &line, &err), -1);
    cr_expect_str_eq(err.text, "Line 1 of file opens a quote that nothing closes.");
    cr_expect_eq(csv("\"a\n\"b,c", f, &line, &err), -1);
    cr_expect_str_eq(err.text, "Line 2 of file has text after a quoted field; double the quotes inside.");
    cr_expect_eq(csv("a\"b,c", f, &line, &err), -1);
    cr_expect_str_eq(err.text, "Line 1 of file has a quote inside a field that is not quoted.");
}

/* ---- published forms ---- */
#define HELLASWAG_JSONL                                                                                                \
    "{\"ind\": 24, \"activity_label\": \"Roof shingle removal\", \"ctx_a\": \"A man is sitting on a roof.\", "         \
    "\"ctx_b\": \"he\", \"ctx\": \"A man is sitting on a roof. he\", \"label\": 3, \"endings\": [\"is using wrap "     \
    "[substeps] to wrap.\", \"b\", \"c\", \"d\"]}\n"

Test(read, hellaswag_jsonl_capitalises_the_second_half)
{
    /* lm-eval: preprocess(activity_label + ": " + ctx_a + " " + ctx_b.capitalize()) */
    struct data_file d = DATA_FILE("hellaswag", "hellaswag/hellaswag_val.jsonl", HELLASWAG_JSONL);
    cr_assert_eq(d.status, BN_OK, "%s", d.err.text);
    cr_assert_eq(d.items.n, 1);
    cr_expect_str_eq(d.items.list[0].context, "Roof shingle removal: A man is sitting on a roof. He");
    cr_expect_str_eq(d.items.list[0].choices[0], "is using wrap to wrap.");
    cr_expect_eq(d.items.list[0].gold, 3);
    data_file_release(&d);
    struct data_file hub =
        DATA_FILE("hellaswag", "hellaswag/hellaswag_val.jsonl",
                  "{\"activity_label\": \"Tea\", \"ctx_a\": \"Boil water. [title] Pour [step] it.\", "
                  "\"ctx_b\": \"\", \"label\": \"0\", \"endings\": [\"a\", \"b\", \"c\", \"d\"]}");
    cr_assert_eq(hub.status, BN_OK, "%s", hub.err.text);
    cr_expect_str_eq(hub.items.list[0].context, "Tea: Boil water.. Pour it.");
    cr_expect_eq(hub.items.list[0].gold, 0, "the hub writes labels as texts");
    data_file_release(&hub);
}

Test(read, arc_of_the_hub)
{
    struct data_file d = DATA_FILE("arc_easy", "arc-easy/test.jsonl",
                                   "{\"id\": \"M_1\", \"question\": \"Why?\", \"choices\": {\"text\": [\"x\", \"y\"], "
                                   "\"label\": [\"1\", \"2\"]}, \"answerKey\": \"2\"}\r\n");
    cr_assert_eq(d.status, BN_OK, "%s", d.err.text);
    cr_expect_str_eq(d.items.list[0].context, "Question: Why?\nAnswer:");
    cr_expect_eq(d.items.list[0].gold, 1);
    cr_expect_str_eq(d.items.list[0].choices[1], "y");
    data_file_release(&d);
    struct data_file o =
        DATA_FILE("openbookqa", "openbookqa/test.jsonl",
                  "\xef\xbb\xbf{\"id\": \"8\", \"question_stem\": \"The sun is\", \"choices\": {\"text\": "
                  "[\"x\", \"y\"], \"label\": [\"A\", \"B\"]}, \"answerKey\": \"A\"}");
    cr_assert_eq(o.status, BN_OK, "%s", o.err.text);
    cr_expect_str_eq(o.items.list[0].context, "The sun is");
    data_file_release(&o);
}

static const char mmlu_head[] =
    "The following are multiple choice questions (with answers) about high school physics.\n\n";

Test(read, mmlu_csv_and_jsonl_ask_the_same)
{
    char want[512];
    snprintf(want, sizeof want, "%sIs 1, 2?\nA. a\nB. b, c\nC. c\nD. d\nAnswer:", mmlu_head);
    struct data_file d = {.dir = ""};
    const char *text = "\xef\xbb\xbfquestion,A,B,C,D,answer\r\n\" Is 1, 2? \",a,\"b, c\",c,d,C\r\n";
    data_file_put(&d, "mmlu/test/high_school_physics_test.csv", text, strlen(text));
    data_file_read(&d, "mmlu");
    cr_assert_eq(d.status, BN_OK, "%s", d.err.text);
    cr_assert_eq(d.items.n, 1, "the header is no question");
    cr_expect_str_eq(d.items.list[0].context, want);
    cr_expect_str_eq(d.items.list[0].id, "high_school_physics/0");
    cr_expect_eq(d.items.list[0].gold, 2);
    data_file_release(&d);
    struct data_file j =
        DATA_FILE("mmlu", "mmlu/test.jsonl",
                  "{\"question\": \"Is 1, 2?\", \"subject\": \"high_school_physics\", \"choices\": [\"a\", "
                  "\"b, c\", \"c\", \"d\"], \"answer\": 2}\n");
    cr_assert_eq(j.status, BN_OK, "%s", j.err.text);
    cr_expect_str_eq(j.items.list[0].context, want);
    cr_expect_str_eq(j.items.list[0].id, "high_school_physics/0");
    cr_expect_eq(j.items.list[0].gold, 2);
    data_file_release(&j);
}

#define QUESTION(mc1, mc2) "{\"question\": \"q\", \"mc1_targets\": " mc1 ", \"mc2_targets\": " mc2 "}"
#define LISTS(labels)      "{\"choices\": [\"x\", \"y\", \"z\"], \"labels\": " labels "}"

Test(read, truthfulqa_labels_of_every_published_form)
{
    static const char *const mc1[] = {LISTS("[0, 1, 0]"), LISTS("[false, true, false]"), LISTS("[0.0, 1.0, 0]"),
                                      LISTS("[\"0\", \"1\", \"0\"]"), "{\"x\": 0, \"y\": true, \"z\": \"0\"}"};
    for (size_t i = 0; i < sizeof mc1 / sizeof *mc1; i++) {
        char text[512];
        snprintf(text, sizeof text, "[{\"question\": \"q\", \"mc1_targets\": %s, \"mc2_targets\": %s}]", mc1[i],
                 mc1[i]);
        for (int t = 1; t <= 2; t++) {
            struct data_file d =
                DATA_FILE(t == 1 ? "truthfulqa_mc1" : "truthfulqa_mc2", "truthfulqa/mc_task.json", text);
            cr_assert_eq(d.status, BN_OK, "%s", d.err.text);
            cr_assert_eq(d.items.list[0].n_choices, 3, "%s", mc1[i]);
            cr_expect_str_eq(d.items.list[0].choices[1], "y");
            cr_expect(!d.items.list[0].labels[0] && d.items.list[0].labels[1] && !d.items.list[0].labels[2]);
            cr_expect_eq(d.items.list[0].gold, t == 1 ? 1 : -1);
            data_file_release(&d);
        }
    }
    struct data_file l = DATA_FILE("truthfulqa_mc2", "truthfulqa/validation.jsonl",
                                   QUESTION(LISTS("[1, 0, 0]"), LISTS("[1, 0, 1]")) "\n");
    cr_assert_eq(l.status, BN_OK, "%s", l.err.text);
    cr_expect(l.items.list[0].labels[2]);
    data_file_release(&l);
}

Test(read, wikitext_keeps_the_first_page)
{
    static const char *const texts[] = {" = One = \n\n a b\n = Two = \n c\n",
                                        "\xef\xbb\xbf = One = \r\n\r\n a b\r\n = Two = \r\n c\r\n",
                                        " \n = One = \n\n a b\n = Two = \n c\n"};
    for (size_t i = 0; i < 3; i++) {
        struct data_file d = DATA_FILE("wikitext", "wikitext-2/wiki.test.raw", texts[i]);
        cr_assert_eq(d.status, BN_OK, "%s", d.err.text);
        cr_assert_eq(d.items.n, 2, "text %zu", i);
        cr_expect_eq(d.items.list[0].n_bytes, strlen(" = One = \n\n a b"));
        cr_expect_eq(d.items.list[1].n_bytes, strlen(" = Two = \n c\n"));
        data_file_release(&d);
    }
}

Test(read, tinystories_may_end_with_its_mark)
{
    struct data_file d =
        DATA_FILE("tinystories", "train-text/tinystories/tinystories_a.txt", "a\n<|endoftext|>\nb\r\n<|endoftext|>");
    cr_assert_eq(d.status, BN_OK, "%s", d.err.text);
    cr_assert_eq(d.items.n, 2);
    cr_expect_str_eq(d.items.list[1].choices[0], "b");
    data_file_release(&d);
}

/* ---- damaged files ---- */
#define OBQA(choices, key)                                                                                             \
    "{\"id\":\"1\",\"answerKey\":\"" key "\",\"question\":{\"stem\":\"s\",\"choices\":[" choices "]}}"
#define CHOICE(label) "{\"text\":\"t\",\"label\":\"" label "\"}"

static const struct {
    const char *task, *path, *text, *want;
} damaged[] = {
    {"openbookqa", "openbookqa/test.jsonl", "{\"id\": \"1\"", "Line 1 of openbookqa/test.jsonl is not JSON"},
    {"openbookqa", "openbookqa/test.jsonl", "\n{\"id\": \"1\"}\n",
     "Line 2 of openbookqa/test.jsonl is not what the task expects: The template context cannot be rendered (line 1): "
     "\"question_stem\" is undefined."},
    {"openbookqa", "openbookqa/test.jsonl", OBQA(CHOICE("A") "," CHOICE("B"), "Q"),
     "has the answer \"Q\", which is none of its choices"},
    {"openbookqa", "openbookqa/test.jsonl", OBQA(CHOICE("A") "," CHOICE("A"), "A"), "two choices with one label"},
    {"openbookqa", "openbookqa/test.jsonl", OBQA(CHOICE("A"), "A"), "has one choice"},
    {"openbookqa", "openbookqa/test.jsonl", "{\"id\":\"1\",\"id\":\"2\"}", "duplicate object key"},
    {"openbookqa", "openbookqa/test.jsonl", OBQA("{\"text\":\"a\\u0000b\",\"label\":\"A\"}", "A"), "Line 1"},
    {"openbookqa", "openbookqa/test.jsonl", "\n\n\xff", "Line 3 of openbookqa/test.jsonl is not UTF-8"},
    {"hellaswag", "hellaswag/hellaswag_val_full.txt", "c\n0\na\nb\n",
     "Line 5 of hellaswag/hellaswag_val_full.txt is missing"},
    {"hellaswag", "hellaswag/hellaswag_val_full.txt", "c\n12\na\nb\nc\nd\n",
     "Line 1 of hellaswag/hellaswag_val_full.txt has the answer \"12\", not a number from 0 to 3."},
    {"hellaswag", "hellaswag/hellaswag_val_full.txt", "c\n0\na\nb\nc\nC\n2\n",
     "Line 8 of hellaswag/hellaswag_val_full.txt is missing"},
    {"hellaswag", "hellaswag/hellaswag_val.jsonl",
     "{\"activity_label\": \"t\", \"ctx_a\": \"a\", \"ctx_b\": \"b\", "
     "\"label\": 12, \"endings\": [\"a\", \"b\", \"c\", \"d\"]}",
     "Line 1 of hellaswag/hellaswag_val.jsonl has the answer \"12\""},
    {"hellaswag", "hellaswag/hellaswag_val.jsonl",
     "{\"activity_label\": \"t\", \"ctx_a\": \"a\", \"ctx_b\": \"b\", "
     "\"label\": 1, \"endings\": [\"a\", \"b\", \"c\"]}",
     "has 3 choices, not 4"},
    {"mmlu", "mmlu/test/law_test.csv", "q,a,b,c,d,A\nq, really?,a,b,c,Dan,D\n",
     "Line 2 of mmlu/test/law_test.csv has 7 fields"},
    {"mmlu", "mmlu/test/law_test.csv", "q,a,b,c,d,Because\n",
     "has the answer \"Because\", which is none of its choices"},
    {"mmlu", "mmlu/test/law_test.csv", "\"q\nr\",a,b,c,d,A\nq,a,b,c,d,answer\n",
     "Line 3 of mmlu/test/law_test.csv has the answer \"answer\""},
    {"mmlu", "mmlu/test/other.csv", "q,a,b,c,d,A\n", "Could not find mmlu/test/*_test.csv or mmlu/test.jsonl"},
    {"mmlu", "mmlu/test.jsonl",
     "{\"question\": \"q\", \"subject\": \"law\", \"choices\": [\"a\",\"b\",\"c\",\"d\"], "
     "\"answer\": 4}",
     "Line 1 of mmlu/test.jsonl has the answer \"4\", not a number from 0 to 3."},
    {"mmlu", "mmlu/test.jsonl",
     "{\"question\": \"q\", \"subject\": \"law\", \"choices\": [\"a\",\"b\",\"c\",\"d\"], "
     "\"answer\": 1.5}",
     "has the answer \"1.5\""},
    {"truthfulqa_mc1", "truthfulqa/mc_task.json", "[" QUESTION(LISTS("[1, 1, 0]"), "{}") "]",
     "Item 1 of truthfulqa/mc_task.json "
     "has not exactly one true answer"},
    {"truthfulqa_mc1", "truthfulqa/mc_task.json", "[" QUESTION(LISTS("[0, 0, 0]"), "{}") "]",
     "has not exactly one true answer"},
    {"truthfulqa_mc1", "truthfulqa/mc_task.json", "[" QUESTION(LISTS("[2, 1, 0]"), "{}") "]", "label is not 0 or 1"},
    {"truthfulqa_mc1", "truthfulqa/mc_task.json", "[" QUESTION(LISTS("[1, 0]"), "{}") "]",
     "has 2 values of truth for 3 choices"},
    {"truthfulqa_mc2", "truthfulqa/mc_task.json", "[" QUESTION("{}", LISTS("[1, 1, 1]")) "]",
     "not both true and false"},
    {"truthfulqa_mc2", "truthfulqa/mc_task.json", "[" QUESTION("{}", "{}") "]", "has no choice; a question needs two"},
    {"truthfulqa_mc2", "truthfulqa/mc_task.json", "{}", "is not a JSON array"},
    {"truthfulqa_mc2", "truthfulqa/mc_task.json", "[\n[", "Line 2 of truthfulqa/mc_task.json is not JSON"},
    {"tinystories", "train-text/tinystories/tinystories_a.txt", "a\n<|endoftext|>b\n", "text after its <|endoftext|>"},
    {"tinystories", "train-text/tinystories/tinystories_a.txt", "<|endoftext|>\nb\n", "the first text is missing"},
    {"mmlu", "mmlu/test/law_test.csv", "question, B,A,C,D,Answer\nq,a,b,c,d,A\n",
     "Line 1 of mmlu/test/law_test.csv has the columns in another order than the task"},
    {"microworld", "microworld/microworld_heldout.jsonl",
     "{\"id\": \"a/0\", \"context\": \"c\", \"choices\": [\"a\", \"b\"], "
     "\"gold\": 2}",
     "Line 1 of microworld/microworld_heldout.jsonl has the answer \"2\", not a number from 0 to 1."},
};

Test(read, damaged_files_are_named_with_their_line)
{
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct data_file d = DATA_FILE(damaged[i].task, damaged[i].path, damaged[i].text);
        cr_expect(d.status == BN_ERR_FORMAT || d.status == BN_ERR_IO, "case %zu", i);
        cr_expect(strstr(d.err.text, damaged[i].want), "case %zu: \"%s\" does not say \"%s\"", i, d.err.text,
                  damaged[i].want);
        cr_expect_eq(d.err.text[strlen(d.err.text) - 1], '.');
        data_file_release(&d);
    }
}

Test(read, a_nul_byte_is_refused_in_every_set)
{
    static const char *const sets[][2] = {
        {"openbookqa", "openbookqa/test.jsonl"}, {"hellaswag", "hellaswag/hellaswag_val_full.txt"},
        {"mmlu", "mmlu/test/law_test.csv"},      {"truthfulqa_mc1", "truthfulqa/mc_task.json"},
        {"wikitext", "wikitext-2/test.txt"},     {"tinystories", "train-text/tinystories/tinystories_a.txt"}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct data_file d = data_file_of(sets[i][0], sets[i][1], "a\n\0b\n", 5);
        cr_expect_eq(d.status, BN_ERR_FORMAT);
        cr_expect(strstr(d.err.text, "Line 2 of ") && strstr(d.err.text, "has a NUL byte"), "%s", d.err.text);
        data_file_release(&d);
    }
}

Test(read, a_missing_set_and_two_forms_of_one_are_said)
{
    struct data_file d = {.dir = "/tmp/suites-none"};
    data_file_read(&d, "hellaswag");
    cr_expect_eq(d.status, BN_ERR_IO);
    cr_expect(strstr(d.err.text, "--data_dir") && strstr(d.err.text, "hellaswag/hellaswag_val.jsonl"), "%s",
              d.err.text);
    d = (struct data_file){.dir = ""};
    data_file_put(&d, "hellaswag/hellaswag_val.jsonl", HELLASWAG_JSONL, strlen(HELLASWAG_JSONL));
    data_file_put(&d, "hellaswag/hellaswag_val_full.txt", "c\n0\na\nb\nc\nd\n", 12);
    data_file_read(&d, "hellaswag");
    cr_expect_eq(d.status, BN_ERR_USAGE);
    cr_expect(strstr(d.err.text, "keep one form"), "%s", d.err.text);
    data_file_release(&d);
}

Test(read, items_of_one_group_come_together)
{
    struct bn_items items = {0};
    static const char *const groups[] = {"a", "b", "a", "c", "b"};
    char id[2] = "0";
    for (int i = 0; i < 5; i++, id[0]++) bn_items_add(&items, id, groups[i], "");
    cr_assert(bn_items_gather(&items));
    for (int i = 0; i < 5; i++) cr_expect_eq(items.list[i].id[0], "02143"[i]);
    cr_expect_null(bn_items_same_id(&items));
    bn_items_add(&items, "2", NULL, "");
    cr_expect_str_eq(bn_items_same_id(&items), "2");
    bn_items_release(&items);
}
