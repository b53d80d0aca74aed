/* text.c - sentences about people, things and places, drawn by a small generator of random numbers. */
#include "suites/stress/text.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const people[] = {"Tom", "Lily", "Ben", "Anna", "Max", "Sue", "Tim", "Mia", "Jack", "Lucy"};
static const char *const things[] = {"ball",  "book", "cup",   "doll", "hat", "key",
                                     "apple", "kite", "spoon", "bell", "pen", "box"};
static const char *const places[] = {"garden", "kitchen", "park", "house", "forest",
                                     "school", "river",   "tree", "road",  "room"};
static const char *const colours[] = {"red", "blue", "green", "yellow", "big", "small", "old", "new", "shiny", "soft"};
static const char *const sentences[] = {/* p person, t thing, l place, c colour */
                                        "One day, p went to the l with a c t.",
                                        "p was very happy and wanted to play.",
                                        "p put the t in the l and went home.",
                                        "\"Look at my c t!\" said p.",
                                        "The t was c, and p liked it a lot.",
                                        "p and p walked to the l together.",
                                        "It was a sunny day, and the l was full of people.",
                                        "p could not find the c t in the l.",
                                        "Then p saw a c bird near the l.",
                                        "\"Can I have the t?\" asked p.",
                                        "p gave the t to p and smiled.",
                                        "The c t was under the big tree.",
                                        "They played with the t until it was dark.",
                                        "p felt sad because the t was lost."};

static uint32_t draw(uint64_t *state, size_t n) /* splitmix64 */
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ z >> 31) % n);
}

#define PICK(list) list[draw(state, sizeof list / sizeof *list)]
/* A single letter p, t, l or c between non-letters is a place to fill. */
static const char *word_for(uint64_t *state, char letter)
{
    return letter == 'p' ? PICK(people) : letter == 't' ? PICK(things) : letter == 'l' ? PICK(places) : PICK(colours);
}

static bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

static void put_sentence(FILE *f, uint64_t *state)
{
    const char *s = PICK(sentences);
    for (const char *p = s; *p; p++) {
        bool alone = !is_letter(p[1]) && p[1] != '\'' && (p == s || !is_letter(p[-1]));
        if (alone && strchr("ptlc", *p))
            fputs(word_for(state, *p), f);
        else
            fputc(*p, f);
    }
    fputc(draw(state, 6) ? ' ' : '\n', f);
}

char *bn_stress_text(uint64_t seed, size_t n_bytes)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) return NULL;
    while (ftell(f) < (long)n_bytes) put_sentence(f, &seed);
    if (!fclose(f)) return text;
    free(text);
    return NULL;
}

enum bn_status bn_stress_ids(int32_t **ids, const struct bn_model *model, uint64_t seed, bool bos, size_t n,
                             struct bn_error *err)
{
    size_t n_bytes = 8 * n + 64, got = 0; /* a word is one to two tokens; cut after n */
    char *text = bn_stress_text(seed, n_bytes);
    size_t cap = text ? strlen(text) + 8 : 0;
    *ids = malloc(cap * sizeof **ids + 1);
    enum bn_status status =
        text && *ids ? bn_tokenize(model, text, strlen(text), bos ? BN_TOKENIZE_BOS : 0, *ids, cap, &got, err)
                     : bn_suites_fail_memory(err);
    if (status == BN_OK && got < n)
        status = bn_suites_fail(err, BN_ERR_UNSUPPORTED, "The tokenizer makes only %zu tokens of %zu bytes of English.",
                                got, n_bytes);
    free(text);
    if (status != BN_OK) {
        free(*ids);
        *ids = NULL;
    }
    return status;
}
