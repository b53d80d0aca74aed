/* forms.h - where a report goes: the terminal or JSON on standard output, Markdown and JUnit in files, annotations. */
#ifndef BN_GATE_FORMS_H
#define BN_GATE_FORMS_H
#include "harness/gate/report.h"

struct bn_gate_forms {
    const char *markdown, *junit; /* files, or NULL */
    bool json, github;
};
/* Replaces what an earlier run left in the files: should this one be killed, they say that it has not ended. */
enum bn_status bn_gate_forms_begin(const struct bn_gate_forms *forms, const struct bn_gate_report *report,
                                   struct bn_error *err);
enum bn_status bn_gate_forms_write(const struct bn_gate_forms *forms, const struct bn_gate_report *report,
                                   struct bn_error *err);
/* The command line as a shell takes it, without outputs and with this seed; `command` NULL: that of argv. */
void bn_gate_repeat(char *text, size_t cap, const char *command, char *const *argv, uint64_t seed);
#endif
