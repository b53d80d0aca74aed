/* test_protocol.c - what both protocols of the worker share: lines, the figures of an operation, the command under
 * callgrind. */
#include "harness/gate/exact.h"
#include "harness/worker/callgrind.h"
#include "harness/worker/figures.h"
#include "harness/worker/line.h"
#include <criterion/criterion.h>
#include <string.h>

Test(protocol, a_line_counts_once_it_is_whole)
{
    const char *text = "{\"ns\": 3}\nnot JSON\n\n{\"done\": tr";
    const size_t lengths[] = {10, 9, 1, 0};
    size_t used, left = strlen(text);
    for (int i = 0; i < 4; i++, text += used, left -= used) {
        json_t *line = bn_line_read(text, left, &used);
        cr_expect_eq(used, lengths[i], "line %d", i);
        cr_expect_eq(line != NULL, i == 0, "line %d", i);
        json_decref(line);
    }
}

Test(protocol, figures_keep_their_names_both_ways)
{
    const struct bn_figures f = {
        .calls = 1, .ns = 2, .kernel_calls = 3, .weight_bytes = 4, .kv_bytes = 5, .macs = 1ull << 60};
    json_t *all = json_object(), *exact = json_object();
    bn_figures_put(all, f, false), bn_figures_put(exact, f, true);
    const struct bn_figures back = bn_figures_take(all);
    cr_expect_eq(memcmp(&back, &f, sizeof f), 0);
    cr_expect_eq(json_integer_value(json_object_get(all, "weight_bytes")), 4);
    cr_expect_null(json_object_get(exact, "ns"), "a time is no exact figure");
    cr_expect_eq(json_object_size(exact), BN_N_FIGURES - 1);
    json_decref(all), json_decref(exact);
}

/* Differences between two answers to "count". */
static int differences(const char *base, const char *head, bool *more_work)
{
    struct bn_exact_result result = {0};
    json_t *a = json_loads(base, 0, NULL), *b = json_loads(head, 0, NULL);
    bn_exact_compare(&result, "w", a, b);
    json_decref(a), json_decref(b);
    *more_work = result.more_work;
    return result.n_rows;
}

Test(protocol, builds_from_before_are_compared_by_what_both_count)
{
    bool more;
#define ANSWER(figures) "{\"hash\": \"1\", \"allocations\": null, \"ops\": {\"qkv\": {" figures "}}}"
#define OLD             "\"calls\": 8, \"weight_bytes\": 100, \"kv_bytes\": 0, \"macs\": 1000"
    cr_expect_eq(differences(ANSWER(OLD), ANSWER(OLD ", \"kernel_calls\": 7"), &more), 0);
    cr_expect_eq(differences(ANSWER(OLD ", \"kernel_calls\": 6"), ANSWER(OLD ", \"kernel_calls\": 7"), &more), 2);
    cr_expect(more);
    cr_expect_eq(differences(ANSWER(OLD), ANSWER(OLD ", \"ns\": 7"), &more), 0, "times are another tier");
    cr_expect_eq(differences(ANSWER(OLD), ANSWER("\"weight_bytes\": 100, \"macs\": 1000"), &more), 2,
                 "what every build says must not be missing");
    cr_expect_not(more);
}

Test(protocol, callgrind_simulates_caches_only_where_they_are_given)
{
    struct bn_callgrind_call call;
    struct bn_topology topology = {.l1d = {.bytes = 32768, .ways = 8, .line_bytes = 64}};
    char *words[] = {"worker", "serve", NULL};
    bn_callgrind_call(&call, "/tmp/x", NULL, words, NULL);
    cr_expect_str_eq(call.argv[4], "--callgrind-out-file=/tmp/x/dump");
    cr_expect_str_eq(call.argv[5], "worker");
    cr_expect_null(call.argv[7]);
    bn_callgrind_call(&call, "/tmp/x", &topology, words, "--request");
    cr_expect_str_eq(call.argv[6], "--cache-sim=yes");
    cr_expect_str_eq(call.argv[7], "--D1=32768,8,64");
    cr_expect_str_eq(call.argv[10], "--request");
    cr_expect_null(call.argv[11]);
}
