/* items.c - a file of answers: items of bitnet-eval, samples of lm-eval; compared with itself. */
#include "ci/fuzz/fuzz.h"
#include "harness/answers/answers.h"
#include <stdlib.h>

bool fuzz_path(const char *path, struct bn_error *err)
{
    static struct bn_answers_result result;
    struct bn_answers answers;
    if (bn_answers_read(&answers, path, err)) return false;
    enum bn_status status = bn_answers_compare(&result, &answers, &answers, 0.01, err);
    for (int i = 0; !status && i < result.n_tasks; i++)
        if (result.tasks[i].n_changed) abort(); /* what is taken equals itself: no NaN */
    bn_answers_release(&answers);
    return !status;
}
FUZZ_FILE
