/* test_chat.c - messages in the form each model family was trained with, and how the form is recognised. */
#include "engine/model/chat.h"
#include <criterion/criterion.h>
#include <string.h>

static const struct bn_message two[] = {{"system", " You are helpful\n"}, {"user", "Hi"}};

static struct bn_string tokens[] = {{"<|begin_of_text|>", 17}, {"hello", 5}, {"<|eot_id|>", 10}, {"<|assistant|>", 13}};
static uint8_t types[] = {BN_TOKEN_CONTROL, BN_TOKEN_NORMAL, BN_TOKEN_CONTROL, BN_TOKEN_CONTROL};

/* The first n of the tokens above. */
static struct bn_vocab vocab_with(int n, const char *chat_template)
{
    return (struct bn_vocab){.kind = BN_VOCAB_BPE,
                             .n_tokens = n,
                             .tokens = tokens,
                             .types = types,
                             .bos = 0,
                             .eos = -1,
                             .chat_template = chat_template};
}

static void expect_text(const char *architecture, int n_tokens, const char *chat_template, const char *want)
{
    char text[512];
    struct bn_vocab vocab = vocab_with(n_tokens, chat_template);
    size_t n = bn_chat_render_for(architecture, &vocab, two, 2, text, sizeof text, NULL);
    cr_expect_str_eq(text, want);
    cr_expect_eq(n, strlen(want));
}

#define IN_2B4T "<|begin_of_text|>System: You are helpful<|eot_id|>User: Hi<|eot_id|>Assistant: "
#define IN_LLAMA3                                                                                                      \
    "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou are helpful<|eot_id|>"                         \
    "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>"            \
    "\n\n"
#define IN_FALCON3 "<|system|>\n You are helpful\n\n<|user|>\nHi\n<|assistant|>\n"

/* The whole expected strings are FORMATS.md 1.4 and 1.5. */
Test(chat, by_architecture)
{
    expect_text("bitnet-b1.58", 2, NULL, IN_2B4T);
    expect_text("bitnet-25", 2, NULL, IN_2B4T);
    expect_text("bitnet", 3, NULL, IN_2B4T);
    expect_text("llama", 3, NULL, IN_LLAMA3);
}

Test(chat, by_control_tokens)
{
    tokens[2] = (struct bn_string){"<|nothing|>", 11};
    expect_text("llama", 4, NULL, IN_FALCON3);
    expect_text("bitnet", 2, NULL, " You are helpful\n\nHi"); /* 1bitLLM: a base model */
}

Test(chat, by_template)
{
    expect_text("llama", 2, "{{ '<|start_header_id|>' + role + '<|end_header_id|>\\n\\n' }}", IN_LLAMA3);
    expect_text("llama", 2, "'<|user|>\\n' + content + '\\n' '<|assistant|>\\n'", IN_FALCON3);
    expect_text("llama", 2, "message['role'] | capitalize + ': '+ message['content'] | trim + '<|eot_id|>'", IN_2B4T);
    expect_text("llama", 2, "<|im_start|>",
                "<|im_start|>system\n You are "
                "helpful\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

Test(chat, placeholder_of_the_published_file_is_ignored)
{
    const char *placeholder = "{% if role == 'user' %}Human: {{ content }}\n\nBITNETAssistant: {% endif %}";
    struct bn_vocab vocab = vocab_with(3, placeholder);
    expect_text("bitnet-b1.58", 3, placeholder, IN_2B4T);
    cr_expect(bn_chat_choose("bitnet-b1.58", &vocab).template_ignored);
}

Test(chat, unknown_template_falls_back_and_says_so)
{
    struct bn_vocab vocab = vocab_with(2, "{{ something nobody has seen }}");
    struct bn_chat_choice choice = bn_chat_choose("llama", &vocab);
    cr_expect_str_eq(choice.family->name, "plain");
    cr_expect(choice.template_ignored);
    cr_expect_gt(strlen(choice.reason), 20);
}

Test(chat, cuts_at_the_room_given)
{
    char text[10] = "#########";
    struct bn_vocab vocab = vocab_with(2, NULL);
    size_t n = bn_chat_render_for("bitnet-b1.58", &vocab, two, 2, text, 5, NULL);
    cr_expect_eq(n, strlen(IN_2B4T));
    cr_expect_str_eq(text, "<|be");
    cr_expect_eq(text[5], '#');
    cr_expect_eq(bn_chat_render_for("bitnet-b1.58", &vocab, two, 2, NULL, 0, NULL), n);
}

Test(chat, no_messages)
{
    char text[64];
    struct bn_vocab vocab = vocab_with(2, NULL);
    bn_chat_render_for("bitnet-b1.58", &vocab, NULL, 0, text, sizeof text, NULL);
    cr_expect_str_eq(text, "<|begin_of_text|>Assistant: ");
}
