/* flamegraph.c - the stacks as a flame graph, an SVG that needs nothing else. */
#include "harness/cmd/bitnet_profiler/profiler.h"
#include "reports/flamegraph/flamegraph.h"

bool profiler_write_flamegraph(const struct profiler_view *view, FILE *out);

static void add(void *flame, const char *stack, double value)
{
    flame_add(flame, stack, value); /* what fails is remembered */
}

bool profiler_write_flamegraph(const struct profiler_view *view, FILE *out)
{
    struct flame flame = {.depth = 0};
    const struct flame_style style = {
        .title = view->title, .unit = view->samples ? "samples" : "ns", .up = !view->icicle};
    profiler_stacks(view, add, &flame);
    bool ok = !flame.out_of_memory && flame_write_svg(&flame, &style, out);
    flame_release(&flame);
    return ok;
}
