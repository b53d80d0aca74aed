/* forms.c - chat forms for models whose files bring no template, and for --chat_template NAME. One line = one form.
 * Sources: FORMATS.md 1.4 and 1.5; the model cards of the others. */
#include "engine/model/chat/chat.h"
#include <string.h>

#define EACH(body)  "{% for m in messages %}" body "{% endfor %}"
#define LAST(reply) "{% if add_generation_prompt %}{{ '" reply "' }}{% endif %}"

const struct bn_chat_form bn_chat_forms[] = {
    {"2b4t",
     "{{ bos_token }}" EACH("{{ m.role | capitalize ~ ': ' ~ m.content | trim ~ '<|eot_id|>' }}") LAST("Assistant: ")},
    {"llama-3",
     "{{ bos_token }}" EACH("{{ '<|start_header_id|>' ~ m.role ~ '<|end_header_id|>\\n\\n' ~ m.content | "
                            "trim ~ '<|eot_id|>' }}") LAST("<|start_header_id|>assistant<|end_header_id|>\\n\\n")},
    {"llama-2",
     "{% set system = '' %}{% if messages and messages[0].role == 'system' %}{% set system = "
     "'<<SYS>>\\n' ~ messages[0].content ~ '\\n<</SYS>>\\n\\n' %}{% set messages = messages[1:] %}{% endif %}" EACH(
         "{{ bos_token ~ '[INST] ' ~ ((system if loop.first) ~ m.content) | trim ~ ' [/INST]' if m.role == "
         "'user' else ' ' ~ m.content | trim ~ ' ' ~ eos_token }}")},
    {"falcon3", EACH("{{ '<|' ~ m.role ~ '|>\\n' ~ m.content ~ '\\n' }}") LAST("<|assistant|>\\n")},
    {"zephyr", EACH("{{ '<|' ~ m.role ~ '|>\\n' ~ m.content ~ eos_token ~ '\\n' }}") LAST("<|assistant|>\\n")},
    {"chatml",
     EACH("{{ '<|im_start|>' ~ m.role ~ '\\n' ~ m.content ~ '<|im_end|>\\n' }}") LAST("<|im_start|>assistant\\n")},
    {"gemma", "{{ bos_token }}" EACH("{{ '<start_of_turn>' ~ ('model' if m.role == 'assistant' else 'user') ~ '\\n' ~ "
                                     "m.content | trim ~ '<end_of_turn>\\n' }}") LAST("<start_of_turn>model\\n")},
    {"phi-3", EACH("{{ '<|' ~ m.role ~ '|>\\n' ~ m.content ~ '<|end|>\\n' }}") LAST("<|assistant|>\\n")},
    {"granite", EACH("{{ '<|start_of_role|>' ~ m.role ~ '<|end_of_role|>' ~ m.content ~ '<|end_of_text|>\\n' }}")
                    LAST("<|start_of_role|>assistant<|end_of_role|>")},
    {"plain", EACH("{{ '' if loop.first else '\\n' }}{{ m.content }}")},
    {0}};

const struct bn_chat_form *bn_chat_form_find(const char *name)
{
    for (const struct bn_chat_form *form = bn_chat_forms; form->name; form++)
        if (!strcmp(form->name, name)) return form;
    return NULL;
}
