/* wikitext.h - the two steps of the wikitext task that can be checked by themselves. */
#ifndef SUITES_EVAL_TASKS_WIKITEXT_H
#define SUITES_EVAL_TASKS_WIKITEXT_H
#include <stddef.h>

/* Length of the page at the start of `text`: up to before the newline in front of the next heading line. */
size_t bn_wikitext_page(const char *text);
/* lm-eval's wikitext detokeniser; the caller frees the result, NULL when memory is short. */
char *bn_wikitext_detokenise(const char *page);
#endif
