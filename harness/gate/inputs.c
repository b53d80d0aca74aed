/* inputs.c - declares the files of a gate as inputs of the command, which no output replaces. */
#include "harness/gate/inputs.h"
#include "engine/files.h"
#include "harness/worker/engines.h"
#include "harness/worker/find.h"

static void declare_build(const char *build)
{
    char program[4096];
    struct bn_error err;
    if (build && !bn_program_find("bitnet-worker", build, program, sizeof program, &err)) bn_input_declare(program);
}

static void declare_engine(const char *named)
{
    struct bn_engine engine = {0};
    struct bn_error err;
    if (!named || bn_engine_read(&engine, "base-engine", named, &err)) return;
    bn_input_declare(engine.words[0]);
    bn_engine_release(&engine);
}

void bn_gate_declare_inputs(const char *const *files, int n_files, const char *const builds[2],
                            const char *const engines[2])
{
    for (int i = 0; i < n_files; i++) bn_input_declare(files[i]);
    for (int side = 0; side < 2; side++) declare_build(builds[side]), declare_engine(engines[side]);
}
