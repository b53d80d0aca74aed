/* bitnet_repack.c - writes a model's ternary weights in the order in which kernels read them, as MODEL.blocked. */
#include "engine/cmdline.h"
#include "engine/format/blocked.h"
#include "engine/model/model.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    const char *input, *output, *layout, *dtype;
    int block_size;
    bool force, verify;
} o = {.layout = "auto", .dtype = "uint8"};

static const struct bn_cmd_option options[] = {
    {"input", "FILE_OR_DIR", BN_CMD_STRING, &o.input, "ternary model"},
    {"output", "FILE", BN_CMD_STRING, &o.output, "default: INPUT.blocked, where every program finds it by itself"},
    {"layout", "NAME", BN_CMD_STRING, &o.layout,
     "auto (this CPU's best), i2 (rows of 2 bits) or lut3 (panels of 32 rows)",
     .values = BN_CMD_WORDS("auto", "i2", "lut3"), .open = true},
    {"block_size", "N", BN_CMD_INT, &o.block_size, "rows of a block: 1 asks for i2, 32 for lut3", 1, 1024},
    {"dtype", "NAME", BN_CMD_STRING, &o.dtype, "what weights are packed in: uint8", .values = BN_CMD_WORDS("uint8")},
    {"force", NULL, BN_CMD_FLAG, &o.force, "replace an existing output"},
    {"verify", NULL, BN_CMD_FLAG, &o.verify, "write nothing: read the whole output and compare it with its checksum"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-repack", "store ternary weights in the order of the kernels",
                                  "--input FILE_OR_DIR [--output FILE] [--layout NAME]", options,
                                  "The result holds no norms, embedding or head: keep the model beside it.\n"};

static _Noreturn void fail(const struct bn_error *err)
{
    bn_cmd_fail(&cmd, err->status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

static void check_arguments(char path[4096])
{
    if (!o.input) bn_cmd_fail(&cmd, 2, "--input is required; see --help.");
    if (o.block_size && o.block_size != 1 && o.block_size != 32)
        bn_cmd_fail(&cmd, 2, "--block_size must be 1 (i2) or 32 (lut3), not %d.", o.block_size);
    const char *by_size = o.block_size == 32 ? "lut3" : o.block_size ? "i2" : o.layout;
    if (!strcmp(o.layout, "auto")) o.layout = by_size;
    if (strcmp(o.layout, by_size))
        bn_cmd_fail(&cmd, 2, "Layout %s has no blocks of %d rows; leave out --block_size.", BN_PRINTABLE(o.layout),
                    o.block_size);
    if (!bn_blocked_path(path, o.input)) bn_cmd_fail(&cmd, 2, "The name of --input is too long.");
    if (!o.output) o.output = path;
}

/* The linears of the layout; the others (damaged ones, where it has no room for them) stay with the model. */
static int list_linears(struct bn_blocked_entry *entries, const struct bn_layer *layer, int number, const char *layout)
{
    static const char *const leaves[] = {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"};
    const struct bn_linear *linears[] = {&layer->qkv[0],     &layer->qkv[1],     &layer->qkv[2], &layer->o,
                                         &layer->gate_up[0], &layer->gate_up[1], &layer->down};
    int n = 0;
    for (int i = 0; i < 7; i++) {
        const struct bn_linear *lin = linears[i];
        char name[BN_BLOCKED_NAME];
        if (!lin->form->layout || strcmp(lin->form->layout, layout)) continue;
        snprintf(name, sizeof name, "blk.%d.%s.weight", number, leaves[i]);
        entries[n] = (struct bn_blocked_entry){strdup(name), lin->data, lin->bytes, lin->rows, lin->cols};
        if (!entries[n++].name) bn_cmd_fail(&cmd, 1, "Could not allocate the list of tensors.");
    }
    return n;
}

static void save(const struct bn_model *model, const char *layout)
{
    struct bn_output *output;
    struct bn_error err;
    int n_layers = model->weights.n_layers, n = 0;
    struct bn_blocked_entry *entries = calloc((size_t)n_layers * 7, sizeof *entries);
    if (!entries) bn_cmd_fail(&cmd, 1, "Could not allocate the list of tensors.");
    for (int i = 0; i < n_layers; i++) n += list_linears(entries + n, &model->weights.layers[i], i, layout);
    if (!n) bn_cmd_fail(&cmd, 1, "%s has no ternary weights that layout %s can hold.", BN_PRINTABLE(o.input), layout);
    if (bn_output_open(&output, o.output, &err)) fail(&err);
    bn_cmd_progress("%d tensors", n);
    if (bn_blocked_save(output, &model->source, o.input, layout, entries, n, &err) || bn_model_check(model, &err)) {
        bn_output_discard(output);
        fail(&err);
    }
    if (bn_output_commit(output, &err)) fail(&err);
    bn_cmd_progress(NULL);
    printf("%s: %d tensors, layout %s\n", BN_PRINTABLE(o.output), n, layout);
    for (int i = 0; i < n; i++) free((char *)(uintptr_t)entries[i].name);
    free(entries);
}

static void repack(void)
{
    struct bn_model *model;
    struct bn_error err;
    if (!o.force && !access(o.output, F_OK))
        bn_cmd_fail(&cmd, 2, "%s exists; add --force to replace it.", BN_PRINTABLE(o.output));
    const struct bn_model_options how = {.ternary_layout = o.layout, .ignore_blocked = true};
    if (bn_model_open(&model, o.input, &how, &err)) fail(&err);
    const char *layout = bn_model_info(model)->ternary_layout;
    if (!layout) bn_cmd_fail(&cmd, 1, "%s has no ternary weights; nothing to repack.", BN_PRINTABLE(o.input));
    if (strcmp(layout, "i2") && strcmp(layout, "lut3"))
        bn_cmd_fail(&cmd, 2, "Layout %s is for memory only; choose i2 or lut3.", layout);
    save(model, layout);
    bn_model_close(model);
}

/* Opening compares the header with the model. */
static void verify(const char *path)
{
    struct bn_model *model;
    struct bn_error err;
    if (strcmp(o.output, path)) bn_cmd_fail(&cmd, 2, "--verify reads %s; leave out --output.", BN_PRINTABLE(path));
    if (bn_model_open(&model, o.input, NULL, &err)) fail(&err);
    if (!model->blocked.bytes) bn_cmd_fail(&cmd, 1, "%s does not exist.", BN_PRINTABLE(path));
    if (bn_blocked_verify(&model->blocked, &err) || bn_model_check(model, &err)) fail(&err);
    printf("%s: as written, layout %s\n", BN_PRINTABLE(path), model->blocked.layout);
    bn_model_close(model);
}

int main(int argc, char **argv)
{
    static char path[4096];
    if (bn_cmd_parse(&cmd, argc, argv)) bn_cmd_fail(&cmd, 2, "Unexpected argument \"%s\"; see --help.", argv[1]);
    check_arguments(path);
    if (o.verify)
        verify(path);
    else
        repack();
    return bn_cmd_finish(cmd.name, 0);
}
