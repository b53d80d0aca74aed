/* inputs.h - what a gate reads and keeps, told before its first report is written: no report may replace any of it. */
#ifndef BN_GATE_INPUTS_H
#define BN_GATE_INPUTS_H

/* files: [n_files]; builds and engines: base and head as on the command line. Texts may be NULL (not named), and name
 * what is not there: it is reported where it is needed. */
void bn_gate_declare_inputs(const char *const *files, int n_files, const char *const builds[2],
                            const char *const engines[2]);
#endif
