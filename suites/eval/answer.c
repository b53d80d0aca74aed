/* answer.c - regular expressions over generated texts: PCRE2 in the reading of Python's re, whose patterns tasks have.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "suites/eval/answer.h"
#include "suites/fail.h"
#include <ctype.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* ---- patterns ---- */
struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    const char *source;
};

static enum bn_status compile(struct pattern *p, const char *source, struct bn_error *err)
{
    int number;
    size_t at;
    char why[120];
    *p = (struct pattern){.source = source};
    p->code = pcre2_compile((PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &number, &at, NULL);
    if (!p->code) {
        pcre2_get_error_message(number, (PCRE2_UCHAR *)why, sizeof why);
        return bn_suites_fail(err, BN_ERR_FORMAT, "The pattern \"%.100s\" cannot be used: %s at character %zu.", source,
                              why, at + 1);
    }
    p->match = pcre2_match_data_create_from_pattern(p->code, NULL);
    return p->match ? BN_OK : bn_suites_fail_memory(err);
}

static void release(struct pattern *p)
{
    pcre2_match_data_free(p->match);
    pcre2_code_free(p->code);
}

enum bn_status bn_answer_check(const char *pattern, struct bn_error *err)
{
    struct pattern p;
    enum bn_status status = compile(&p, pattern, err);
    release(&p);
    return status;
}

struct span {
    size_t start, end; /* of the text */
};

static struct span group(const struct pattern *p, uint32_t i)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->match);
    return at[2 * i] == PCRE2_UNSET ? (struct span){0, 0} : (struct span){at[2 * i], at[2 * i + 1]};
}

static uint32_t n_groups(const struct pattern *p)
{
    uint32_t n = 0;
    pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &n);
    return n;
}

/* As re.findall gives a match: the whole of one without groups, its group, or the first of several that is not empty.
 */
static struct span said(const struct pattern *p)
{
    uint32_t n = n_groups(p);
    for (uint32_t i = 1; i < n; i++)
        if (group(p, i).end > group(p, i).start) return group(p, i);
    return group(p, n);
}

/* The next match from `at` on, where an empty one does not count when `not_empty`; *found false: there is none. */
static enum bn_status find(const struct pattern *p, const char *text, size_t at, bool not_empty, bool *found,
                           struct bn_error *err)
{
    uint32_t options = not_empty ? PCRE2_NOTEMPTY_ATSTART : 0;
    int n = pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), at, options, p->match, NULL);
    *found = n >= 0;
    if (n >= 0 || n == PCRE2_ERROR_NOMATCH) return BN_OK;
    return bn_suites_fail(err, BN_ERR_FORMAT, "The pattern \"%.100s\" takes too long on a text of %zu bytes.",
                          p->source, strlen(text));
}

/* ---- filters ---- */
static char *stripped(const char *text, size_t n)
{
    while (n && isspace((unsigned char)*text)) text++, n--;
    while (n && isspace((unsigned char)text[n - 1])) n--;
    return strndup(text, n);
}

static enum bn_status find_answer(char **answer, const struct pattern *p, int select, const char *text,
                                  struct bn_error *err)
{
    struct span best = {0, 0}, match = {0, 0};
    bool found = true, any = false;
    enum bn_status status = BN_OK;
    while (found && !(any && select == BN_SELECT_FIRST)) {
        status = find(p, text, match.end, any && match.end == match.start, &found, err);
        if (status != BN_OK) return status;
        if (found) best = said(p), match = group(p, 0), any = true;
    }
    bool said_nothing = n_groups(p) > 1 && best.end == best.start; /* lm-eval takes it for no match */
    *answer = any && !said_nothing ? stripped(text + best.start, best.end - best.start) : strdup("[invalid]");
    return *answer ? BN_OK : bn_suites_fail_memory(err);
}

enum bn_status bn_answer_extract(char **answer, const struct bn_task_filter *filter, const char *text,
                                 struct bn_error *err)
{
    struct pattern p;
    *answer = NULL;
    if (!filter->regex) return (*answer = strdup(text)) ? BN_OK : bn_suites_fail_memory(err);
    enum bn_status status = compile(&p, filter->regex, err);
    if (status == BN_OK) status = find_answer(answer, &p, filter->select, text, err);
    release(&p);
    return status;
}

/* ---- equality ---- */
/* The text without what matches; the caller frees *out. */
static enum bn_status without(char **out, const char *text, const char *pattern, struct bn_error *err)
{
    struct pattern p;
    PCRE2_SIZE n = strlen(text) + 1;
    enum bn_status status = compile(&p, pattern, err);
    *out = status == BN_OK ? malloc(n) : NULL;
    if (status == BN_OK && !*out) status = bn_suites_fail_memory(err);
    if (status == BN_OK && pcre2_substitute(p.code, (PCRE2_SPTR)text, n - 1, 0, PCRE2_SUBSTITUTE_GLOBAL, p.match, NULL,
                                            (PCRE2_SPTR) "", 0, (PCRE2_UCHAR *)*out, &n) < 0)
        status = bn_suites_fail(err, BN_ERR_FORMAT, "The pattern \"%.100s\" takes too long on a text of %zu bytes.",
                                pattern, strlen(text));
    release(&p);
    return status;
}

/* Lower case, and without ASCII punctuation, as the task says; in place: a letter whose small form is
 * longer stays. */
static void fold(const struct bn_task *task, char *text)
{
    char *to = text;
    for (const char *p = text; *p;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, -1, &c), m = n;
        utf8proc_uint8_t out[4];
        if (n < 1) n = m = 1; /* no UTF-8 */
        if (c >= 0 && task->ignore_case) m = utf8proc_encode_char(utf8proc_tolower(c), out);
        if (c < 0 || !task->ignore_case || m > n) memcpy(out, p, (size_t)(m = n));
        bool drop = task->ignore_punctuation && n == 1 && ispunct((unsigned char)*p);
        if (!drop) memcpy(to, out, (size_t)m), to += m;
        p += n;
    }
    *to = 0;
}

static enum bn_status plain(char **out, const struct bn_task *task, const char *text, struct bn_error *err)
{
    *out = strdup(text);
    enum bn_status status = *out ? BN_OK : bn_suites_fail_memory(err);
    for (uint32_t i = 0; i < task->n_ignore && status == BN_OK; i++) {
        char *before = *out;
        status = without(out, before, task->ignore[i], err);
        free(before);
    }
    if (status == BN_OK) fold(task, *out);
    return status;
}

enum bn_status bn_answer_is(bool *is, const struct bn_task *task, const char *answer, const char *target,
                            struct bn_error *err)
{
    char *a = NULL, *b = NULL;
    enum bn_status status = plain(&a, task, answer, err);
    if (status == BN_OK) status = plain(&b, task, target, err);
    if (status == BN_OK) *is = !strcmp(a, b);
    free(a);
    free(b);
    return status;
}
