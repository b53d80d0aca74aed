/* refused.c - fields that clients send and this server does not have. What would change the answer is refused unless it
 * has the value that says so; what is not here and not read is ignored (user, store, metadata, cache_prompt, id_slot
 * ...).
 */
#include "engine/serve/params.h"
#include <string.h>

enum neutral { EMPTY, NUMBER, FALSE, TRUE };

static const struct {
    const char *name;
    enum neutral kind;
    double number;
} refused[] = {
    {"suffix", EMPTY},
    {"best_of", NUMBER, 1},
    {"use_beam_search", FALSE},
    {"tools", EMPTY},
    {"functions", EMPTY},
    {"grammar", EMPTY},
    {"json_schema", EMPTY},
    {"guided_json", EMPTY},
    {"guided_regex", EMPTY},
    {"guided_choice", EMPTY},
    {"guided_grammar", EMPTY},
    {"structured_outputs", EMPTY},
    {"min_tokens", NUMBER, 0},
    {"stop_token_ids", EMPTY},
    {"bad_words", EMPTY},
    {"allowed_token_ids", EMPTY},
    {"prompt_logprobs", EMPTY},
    {"truncate_prompt_tokens", EMPTY},
    {"skip_special_tokens", TRUE},
    {"include_stop_str_in_output", FALSE},
    {"continue_final_message", FALSE},
    {"add_generation_prompt", TRUE},
    {"chat_template", EMPTY},
    {"chat_template_kwargs", EMPTY},
    {"documents", EMPTY},
    {"audio", EMPTY},
    {"image_data", EMPTY},
    {"lora", EMPTY},
    {"mirostat", NUMBER, 0},
    {"mirostat_mode", NUMBER, 0},
    {"typical_p", NUMBER, 1},
    {"tfs_z", NUMBER, 1},
    {"xtc_probability", NUMBER, 0},
    {"dry_multiplier", NUMBER, 0},
    {"dynatemp_range", NUMBER, 0},
    {"top_n_sigma", NUMBER, -1},
    {"n_indent", NUMBER, 0},
    {"min_keep", NUMBER, 0},
    {"samplers", EMPTY},
    {"post_sampling_probs", FALSE},
};

static bool is_empty(const json_t *value)
{
    return (json_is_array(value) && !json_array_size(value)) || (json_is_object(value) && !json_object_size(value)) ||
           (json_is_string(value) && !json_string_length(value));
}

static bool is_neutral(const json_t *value, enum neutral kind, double number)
{
    switch (kind) {
    case EMPTY:
        return is_empty(value);
    case NUMBER:
        return json_is_number(value) && json_number_value(value) == number;
    case FALSE:
        return json_is_false(value);
    case TRUE:
        return json_is_true(value);
    }
    return false;
}

bool params_refuse(const struct fields *f)
{
    const json_t *form = field(f, "response_format");
    const char *type = json_string_value(json_object_get(form, "type"));
    if (form && (!type || strcmp(type, "text")))
        return problem_set(
            f->problem, 400, "unsupported_field", "response_format",
            "This server does not constrain its text: \"response_format\" must be {\"type\": \"text\"} or absent.");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const json_t *value = field(f, refused[i].name);
        if (value && !is_neutral(value, refused[i].kind, refused[i].number))
            return problem_set(f->problem, 400, "unsupported_field", refused[i].name,
                               "This server does not have \"%s\", which would change the answer; leave it out.",
                               refused[i].name);
    }
    return true;
}
