/* folded.c - folded stacks, read and drawn. */
#include "ci/fuzz/fuzz.h"
#include "reports/flamegraph/flamegraph.h"

bool fuzz_path(const char *path, struct bn_error *err)
{
    struct flame flame = {0};
    FILE *in = fopen(path, "r"), *out = fopen("/dev/null", "w");
    bool ok = in && out && flame_read(&flame, in);
    if (ok) rewind(in);
    if (ok) ok = flame_read_base(&flame, in);
    if (ok)
        ok = flame_write_svg(&flame, &(struct flame_style){.title = "both", .unit = "", .up = true, .difference = true},
                             out);
    if (ok) ok = flame_write_svg(&flame, &(struct flame_style){.title = "title", .unit = "ns"}, out);
    if (in && out) flame_release(&flame);
    if (in) fclose(in);
    if (out) fclose(out);
    if (!ok) *err = (struct bn_error){flame.bad_line ? BN_ERR_FORMAT : BN_ERR_MEMORY, "This was not read."};
    return ok;
}
FUZZ_FILE
