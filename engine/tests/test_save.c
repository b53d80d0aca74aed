/* test_save.c - verification of a written GGUF file sees a single damaged code, scale, norm and embedding. */
#include "engine/format/gguf_save.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct bn_source source;
static struct bn_save_plan plan;
static char path[] = "/tmp/bn_save_XXXXXX";

static void save(void)
{
    struct bn_save_options options = {.linear = BN_ENC_I2_S, .head = BN_ENC_F16};
    struct bn_error err;
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(bn_source_open(&source, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_save_plan_open(&plan, &source, &options, &err), BN_OK, "%s", err.text);
    struct bn_output *output;
    cr_assert_eq(bn_output_open(&output, path, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_gguf_save(&plan, &source, output, &options, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_output_commit(output, &err), BN_OK, "%s", err.text);
}

static void release(void)
{
    bn_save_plan_close(&plan);
    bn_source_close(&source);
    unlink(path);
}

static enum bn_status verify(struct bn_error *err)
{
    struct bn_verified verified;
    return bn_gguf_verify(&plan, &source, path, &verified, err);
}

/* Where the written file keeps a tensor. */
static long place_of(const char *name)
{
    struct bn_source file;
    cr_assert_eq(bn_source_open(&file, path, NULL, NULL), BN_OK);
    const struct bn_tensor *t = bn_source_tensor(&file, name);
    FILE *f = fopen(path, "rbe");
    uint8_t *bytes = malloc(file.file_bytes);
    cr_assert_eq(fread(bytes, 1, file.file_bytes, f), file.file_bytes);
    long at = (uint8_t *)memmem(bytes, file.file_bytes, t->data, t->bytes) - bytes;
    fclose(f), free(bytes), bn_source_close(&file);
    return at;
}

/* Changes the byte at `at` and expects a sentence with `word`; puts it back. */
static void expect_seen(long at, uint8_t mask, const char *word)
{
    struct bn_error err = {0};
    FILE *f = fopen(path, "r+be");
    for (int pass = 0; pass < 2; pass++) {
        fseek(f, at, SEEK_SET);
        int byte = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(byte ^ mask, f);
        fflush(f);
        if (pass) break;
        cr_expect_neq(verify(&err), BN_OK, "damage at %ld of %s is not seen", at, word);
        cr_expect(strstr(err.text, word), "\"%s\" says nothing of %s", err.text, word);
    }
    fclose(f);
    cr_expect_eq(verify(&err), BN_OK, "%s", err.text);
}

Test(save, verification_sees_every_kind_of_damage, .init = save, .fini = release)
{
    struct bn_error err = {0};
    cr_assert_eq(verify(&err), BN_OK, "%s", err.text);
    const struct bn_tensor *q = bn_source_tensor(&source, "blk.3.attn_q.weight");
    long at = place_of("blk.3.attn_q.weight");
    expect_seen(at + 1000, 0x01, "blk.3.attn_q.weight");                /* a code: 0 to 1, 1 to 0, 2 to 3 */
    expect_seen(at + (long)q->bytes - 30, 0x80, "blk.3.attn_q.weight"); /* the scale */
    expect_seen(place_of("blk.5.ffn_sub_norm.weight") + 2, 0x40, "blk.5.ffn_sub_norm.weight");
    at = place_of("token_embd.weight") + 1001;
    expect_seen(at, 0x04, "token_embd.weight"); /* an exponent */
    uint8_t high = ((const uint8_t *)bn_source_tensor(&source, "token_embd.weight")->data)[1001];
    expect_seen(at, (high ^ 0x7E) & 0x7F, "token_embd.weight"); /* NaN */
}
