/* files.h - how every program writes its output, files and standard output, and reads the files that it is given. Needs
 * nothing but libc, so any room may include it.
 *
 *   struct bn_output *out;
 *   if (bn_output_open(&out, path, &err)) ...
 *   fprintf(bn_output_stream(out), ...);
 *   if (bn_output_commit(out, &err)) ...        // or bn_output_discard(out)
 *
 * Output is written to PATH.PID.part and takes its name at the end: a failed, interrupted or killed run leaves an
 * existing file unchanged, and neither its exit nor SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE or SIGXFSZ (unless the
 * program handles them) leaves a .part file. A regular file keeps its permissions. A link is followed and stays a link.
 * Other streams (a FIFO, a character device, /dev/stdout) are written directly; directories, block devices and sockets
 * are rejected. A file that the command reads is rejected under any name. */
#ifndef BITNET_FILES_H
#define BITNET_FILES_H
#include "engine/bitnet.h"
#include <stdio.h>
#include <sys/stat.h>

struct bn_output;
/* BN_ERR_USAGE: the path cannot be an output of this command. At most 16 outputs are open at once. */
enum bn_status bn_output_open(struct bn_output **output, const char *path, struct bn_error *err);
FILE *bn_output_stream(struct bn_output *output);
/* True if the output is not a regular file: it cannot be read back, and nothing is replaced. */
bool bn_output_is_through(const struct bn_output *output);
/* Where the bytes are until commit. */
const char *bn_output_part(const struct bn_output *output);
/* fwrite and its error. */
enum bn_status bn_output_write(struct bn_output *output, const void *bytes, size_t n, struct bn_error *err);
/* Flushes to disk and renames into place; always frees `output`. */
enum bn_status bn_output_commit(struct bn_output *output, struct bn_error *err);
void bn_output_discard(struct bn_output *output); /* NULL is allowed */

/* Opens a regular file for reading and never blocks: a FIFO, a device or a directory is BN_ERR_FORMAT. The file counts
 * as an input of this command from now on. The caller closes *fd; st may be NULL. */
enum bn_status bn_input_open(int *fd, struct stat *st, const char *path, struct bn_error *err);
/* The whole file with a terminator (*bytes: free it), "-" is standard input; a pipe or terminal is read to its end.
 * More than `limit` bytes are an error that says so; so is an interrupting signal that the program catches. */
enum bn_status bn_input_read(char **bytes, size_t *n, const char *path, size_t limit, struct bn_error *err);
/* A file opened by bn_input_open is no longer an input. */
void bn_input_forget(const struct stat *st);
/* Counts `path` (which may be NULL or not exist) as an input of this command before it is opened. */
void bn_input_declare(const char *path);
/* Whether this command reads the file behind `st`. */
bool bn_input_is(const struct stat *st);

enum { BN_PATH_BYTES = 4096 };
/* The folder of the running program; "" where the system does not say. */
void bn_own_folder(char *folder, size_t cap);
/* `path`, or, where it is not there, the same below ../share/bitnet-bench of the program's folder, in `found`:
 * installed programs find plans, data sets and reference models from any folder. */
const char *bn_shipped_path(char found[BN_PATH_BYTES], const char *path);

/* A file of this repository as a string within the program; a line of the Makefile says that the object depends on it.
 */
#define BN_EMBED(symbol, file)                                                                                         \
    extern const char symbol[];                                                                                        \
    __asm__(".pushsection .rodata\n.global " #symbol "\n" #symbol ":\n.incbin \"" file "\"\n.byte 0\n.popsection")

/* The beginning of every main (bn_cmd_parse of engine/cmdline.h does it): a broken pipe becomes an error of the write,
 * and files that are opened later never become a standard stream that was closed. Exits with 1 where standard output is
 * closed. */
void bn_cmd_begin(const char *program);
/* The end of every main: `code`, or 1 with a sentence on stderr when what was printed did not reach standard output
 * (full disk, broken pipe). */
int bn_cmd_finish(const char *program, int code);
#endif
