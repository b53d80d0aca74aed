/* hf_pipeline.c - what a tokenizer.json does to a text besides its model: normalizer, pre-tokeniser and post-processor.
 * Every part is understood, or named as what text cannot be encoded for. */
#include "engine/format/hf.h"
#include <stdio.h>
#include <string.h>

/* A member of the object that comes next; false when there is none. */
static bool member(struct bn_json j, const char *name, struct bn_json *value)
{
    struct bn_json_text key;
    if (bn_json_peek(&j) != BN_JSON_OBJECT) return false;
    for (bn_json_object(&j); bn_json_key(&j, &key); bn_json_skip(&j))
        if (bn_json_is(key, name) && bn_json_peek(&j) != BN_JSON_NULL) return *value = j, true;
    return false;
}

static struct bn_json_text text_of(struct bn_json j, const char *name)
{
    struct bn_json value;
    struct bn_json_text text = {"", 0};
    if (member(j, name, &value) && bn_json_peek(&value) == BN_JSON_STRING) bn_json_string(&value, &text);
    return text;
}

static bool flag_of(struct bn_json j, const char *name, bool missing)
{
    struct bn_json value;
    bool flag = missing;
    if (member(j, name, &value) && bn_json_peek(&value) == BN_JSON_BOOL) bn_json_bool(&value, &flag);
    return flag;
}

static const char *sentence(struct bn_hf *hf, const char *part, struct bn_json_text type)
{
    char text[300];
    int n = snprintf(text, sizeof text, "%.160s/tokenizer.json: %s \"%.*s\" is not supported; give token ids instead.",
                     hf->path, part, (int)(type.n < 60 ? type.n : 60), type.bytes);
    return bn_source_string(hf->source, text, (size_t)n, NULL);
}

static void problem(struct bn_hf *hf, const char *part, struct bn_json_text type)
{
    if (!hf->source->vocab.problem) hf->source->vocab.problem = sentence(hf, part, type);
}

/* Calls `each` with the parts of a component: those of a Sequence, or the component itself. */
static void walk(struct bn_hf *hf, struct bn_json j, const char *list, void *self, int depth,
                 void (*each)(struct bn_hf *hf, struct bn_json part, void *self))
{
    struct bn_json parts;
    if (bn_json_peek(&j) != BN_JSON_OBJECT) return;
    if (!bn_json_is(text_of(j, "type"), "Sequence") || depth > 4 || !member(j, list, &parts)) {
        each(hf, j, self);
        return;
    }
    for (bn_json_array(&parts); bn_json_element(&parts); bn_json_skip(&parts))
        walk(hf, parts, list, self, depth + 1, each);
}

static bool is_bar(struct bn_json_text t) /* U+2581 */
{
    char plain[16];
    return t.n <= sizeof plain && bn_json_unescape(plain, t) == 3 && !memcmp(plain, "\xE2\x96\x81", 3);
}

/* ---- normalizer ---- */

struct spaces { /* of a sentencepiece vocabulary: what makes U+2581 of spaces, and puts one in front */
    bool replaced, in_front, metaspace;
};

/* What normal_form.h does. */
static bool is_form(struct bn_json_text type)
{
    static const char *const names[] = {"NFC", "NFD", "NFKC", "NFKD", "Lowercase"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bn_json_is(type, names[i])) return true;
    return false;
}

static void add_form(struct bn_hf *hf, struct bn_json_text type)
{
    char *names = hf->source->vocab.normalizer;
    size_t n = strlen(names), room = sizeof hf->source->vocab.normalizer;
    if (n + type.n + 2 > room)
        problem(hf, "another normalizer", type);
    else
        snprintf(names + n, room - n, "%s%.*s", n ? " " : "", (int)type.n, type.bytes);
}

static void normalizer(struct bn_hf *hf, struct bn_json part, void *self)
{
    struct spaces *spaces = self;
    struct bn_json pattern;
    struct bn_json_text type = text_of(part, "type");
    bool spm = hf->source->vocab.kind == BN_VOCAB_SPM;
    if (is_form(type) && !spaces->replaced) /* after Replace it would see U+2581, not spaces */
        add_form(hf, type);
    else if (spm && bn_json_is(type, "Prepend") && is_bar(text_of(part, "prepend")))
        spaces->in_front = true;
    else if (spm && bn_json_is(type, "Replace") && is_bar(text_of(part, "content")) &&
             member(part, "pattern", &pattern) && bn_json_is(text_of(pattern, "String"), " "))
        spaces->replaced = true;
    else
        problem(hf, "the normalizer", type);
}

/* ---- pre-tokeniser ---- */

/* The parts of a byte-level pre-tokeniser as one text, "Split(pattern) ByteLevel-" for instance, and its name. */
static const struct {
    const char *parts;
    bool ignores_merges;
    const char *pre;
} known[] = {
#define CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
#define WORDS       "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|"
#define REST        "| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"
#define UPPER       "[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]"
#define LOWER       "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]"
#define PREFIX      "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?"
    {"Split(" CONTRACTION WORDS "\\\\p{N}{1,3}" REST ") ByteLevel-", true, "llama-bpe"},
    {"Split(" CONTRACTION WORDS "\\\\p{N}{1,3}" REST ") ByteLevel-", false, "dbrx"},
    {"Split(" CONTRACTION WORDS "\\\\p{N}" REST ") ByteLevel-", false, "qwen2"},
    {"Split(" PREFIX UPPER "*" LOWER "+|" PREFIX UPPER "+" LOWER
     "*|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+) ByteLevel-",
     true, "tekken"},
    {"Digits1 ByteLevel", false, "smollm"},
    {"Punctuation-Contiguous ByteLevel Digits Split([0-9][0-9][0-9])", false, "falcon"},
    {"ByteLevel", false, "gpt-2"},
    {"ByteLevel-", false, "whole"},
};

struct parts {
    char text[1024];
    size_t n;
    bool space_in_front, unknown;
    struct bn_json_text first_unknown;
};

static void add(struct parts *p, const char *text, size_t n)
{
    if (p->n + n + 2 > sizeof p->text) {
        p->unknown = true;
        return;
    }
    memcpy(p->text + p->n, text, n);
    p->text[p->n += n] = '\0';
}

static void add_split(struct parts *p, struct bn_json part)
{
    struct bn_json pattern;
    struct bn_json_text regex =
        member(part, "pattern", &pattern) ? text_of(pattern, "Regex") : (struct bn_json_text){"", 0};
    bool isolated = bn_json_is(text_of(part, "behavior"), "Isolated") && !flag_of(part, "invert", false);
    /* matches alone are kept: the same, as these patterns leave nothing out */
    bool removed = bn_json_is(text_of(part, "behavior"), "Removed") && flag_of(part, "invert", false);
    if (!regex.n || (!isolated && !removed)) p->unknown = true;
    add(p, "Split(", 6), add(p, regex.bytes, regex.n), add(p, ")", 1);
}

static void pre_tokenizer(struct bn_hf *hf, struct bn_json part, void *self)
{
    struct parts *p = self;
    struct bn_json_text type = text_of(part, "type");
    (void)hf;
    if (p->n) add(p, " ", 1);
    if (bn_json_is(type, "Split"))
        add_split(p, part);
    else if (bn_json_is(type, "ByteLevel")) {
        bool regex = flag_of(part, "use_regex", true);
        add(p, "ByteLevel-", regex ? 9 : 10);
        p->space_in_front |= flag_of(part, "add_prefix_space", true);
    } else if (bn_json_is(type, "Digits"))
        add(p, "Digits1", flag_of(part, "individual_digits", false) ? 7 : 6);
    else if (bn_json_is(type, "Punctuation")) {
        struct bn_json_text behaviour = text_of(part, "behavior");
        if (!behaviour.n) behaviour = (struct bn_json_text){"Isolated", 8};
        add(p, "Punctuation-", 12), add(p, behaviour.bytes, behaviour.n);
    } else {
        add(p, type.bytes, type.n);
        if (!p->unknown) p->first_unknown = type;
        p->unknown = true;
    }
}

static void name_pre(struct bn_hf *hf, const struct parts *p, bool ignores_merges)
{
    struct bn_vocab *v = &hf->source->vocab;
    bool alone = !strchr(p->text, ' ');
    v->add_space_prefix = v->prefix_unless_space = p->space_in_front;
    for (size_t i = 0; i < sizeof known / sizeof *known && !p->unknown; i++)
        if (known[i].ignores_merges == ignores_merges && !strcmp(known[i].parts, p->text)) {
            snprintf(v->pre, sizeof v->pre, "%s", known[i].pre);
            /* a space in front of every part would come in between */
            if (p->space_in_front && !alone)
                problem(hf, "add_prefix_space after", (struct bn_json_text){p->text, p->n});
            return;
        }
    char text[400];
    int n =
        snprintf(text, sizeof text,
                 "%.120s/tokenizer.json: the pre-tokeniser \"%.120s\"%s is not supported; choose a similar one with "
                 "--pretokenizer, or give token ids.",
                 hf->path, p->text, ignores_merges ? " with ignore_merges" : "");
    v->pre_problem = bn_source_string(hf->source, text, (size_t)n, NULL);
    snprintf(v->pre, sizeof v->pre, "unknown"); /* for files made from this one */
}

/* Metaspace makes U+2581 of spaces and puts one in front; a Split at spaces finds none any more. */
static void space_tokenizer(struct bn_hf *hf, struct bn_json part, void *self)
{
    struct spaces *spaces = self;
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_json pattern;
    struct bn_json_text type = text_of(part, "type"), scheme = text_of(part, "prepend_scheme");
    if (bn_json_is(type, "Metaspace") && is_bar(text_of(part, "replacement"))) {
        bool never = scheme.n ? bn_json_is(scheme, "never") : !flag_of(part, "add_prefix_space", true);
        spaces->replaced = spaces->metaspace = true, spaces->in_front |= !never;
        v->prefix_at_start = bn_json_is(scheme, "first"), v->prefix_unless_space = true;
        if (flag_of(part, "split", true)) problem(hf, "the pre-tokeniser with split", type);
    } else if (!(bn_json_is(type, "Split") && spaces->replaced && member(part, "pattern", &pattern) &&
                 bn_json_is(text_of(pattern, "String"), " ")))
        problem(hf, "the pre-tokeniser", type);
}

/* ---- post-processor ---- */

struct template
{
    int n_before, n_after; /* special tokens around the text */
    int32_t before, after;
    bool seen, text;
};

static int32_t special_id(struct bn_json part, struct bn_json_text name)
{
    struct bn_json specials, entry, ids;
    struct bn_json_text key;
    int64_t id = -1;
    if (!member(part, "special_tokens", &specials)) return -1;
    for (bn_json_object(&specials); bn_json_key(&specials, &key); bn_json_skip(&specials)) {
        entry = specials;
        if (key.n != name.n || memcmp(key.bytes, name.bytes, key.n) || !member(entry, "ids", &ids)) continue;
        if (!bn_json_array(&ids) || !bn_json_element(&ids) || !bn_json_int(&ids, &id) || bn_json_element(&ids))
            return -1;
        return id >= 0 && id <= INT32_MAX ? (int32_t)id : -1;
    }
    return -1;
}

static void post_processor(struct bn_hf *hf, struct bn_json part, void *self)
{
    struct template *t = self;
    struct bn_json single, item;
    struct bn_json_text type = text_of(part, "type");
    if (bn_json_is(type, "ByteLevel")) return; /* it moves offsets only */
    if (!bn_json_is(type, "TemplateProcessing") || t->seen || !member(part, "single", &single)) {
        problem(hf, "the post-processor", type);
        return;
    }
    t->seen = true;
    for (bn_json_array(&single); bn_json_element(&single); bn_json_skip(&single))
        if (member(single, "SpecialToken", &item)) {
            int32_t id = special_id(part, text_of(item, "id"));
            *(t->text ? &t->after : &t->before) = id;
            *(t->text ? &t->n_after : &t->n_before) +=
                id < 0 ? 2 : 1; /* several ids: as if there were several tokens */
        } else
            t->text = true;
    if (t->n_before > 1 || t->n_after > 1) problem(hf, "the post-processor with several tokens on a side,", type);
}

/* The template's tokens are BOS and EOS; config.json, which may name others, is for generation. */
static void apply_template(struct bn_hf *hf, const struct template *t)
{
    struct bn_vocab *v = &hf->source->vocab;
    static const struct bn_json_text name = {"TemplateProcessing", 18};
    v->add_bos = t->n_before == 1, v->add_eos = t->n_after == 1;
    if (v->add_bos && v->bos < 0) v->bos = t->before;
    if (v->add_eos && v->eos < 0) v->eos = t->after;
    if ((v->add_bos && v->bos != t->before) || (v->add_eos && v->eos != t->after))
        problem(hf, "a begin or end token other than config.json's in the post-processor", name);
}

void bn_hf_pipeline(struct bn_hf *hf, const struct bn_hf_parts *p)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct spaces spaces = {0};
    struct parts parts = {.n = 0};
    struct template template = {0};
    if (p->normalizer.at) walk(hf, p->normalizer, "normalizers", &spaces, 0, normalizer);
    if (v->kind == BN_VOCAB_SPM) {
        if (p->pre_tokenizer.at) walk(hf, p->pre_tokenizer, "pretokenizers", &spaces, 0, space_tokenizer);
        v->add_space_prefix = spaces.in_front, v->add_bos = true;
        if (!spaces.replaced)
            problem(hf, "a vocabulary with byte_fallback that keeps spaces as", (struct bn_json_text){" ", 1});
    } else {
        if (p->pre_tokenizer.at) walk(hf, p->pre_tokenizer, "pretokenizers", &parts, 0, pre_tokenizer);
        name_pre(hf, &parts, p->ignore_merges);
        v->add_bos = !strcmp(v->pre, "llama-bpe"); /* the first files of Llama 3 have no template */
    }
    if (p->post_processor.at) walk(hf, p->post_processor, "processors", &template, 0, post_processor);
    if (template.seen) apply_template(hf, &template);
}
