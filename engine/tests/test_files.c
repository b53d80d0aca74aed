/* test_files.c - outputs that are complete or not there, inputs that never wait, mapped files that change, and text fit
 * to print. */
#include "engine/files.h"
#include "engine/format/owner.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/bn_files_XXXXXX", path[PATH_MAX], other[PATH_MAX];

static void enter(void)
{
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(other, sizeof other, "%s/other", folder);
}

static int n_files(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void leave(void)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

static void put(const char *where, const char *text)
{
    FILE *f = fopen(where, "w");
    cr_assert(f);
    fputs(text, f);
    fclose(f);
}

static void expect_content(const char *where, const char *text)
{
    char *bytes;
    size_t n;
    int fd = open(where, O_RDONLY);
    cr_assert_geq(fd, 0, "%s", where);
    n = (size_t)lseek(fd, 0, SEEK_END);
    bytes = calloc(n + 1, 1);
    cr_assert_eq(pread(fd, bytes, n, 0), (ssize_t)n);
    cr_expect_str_eq(bytes, text);
    free(bytes);
    close(fd);
}

static struct bn_output *begin(const char *where)
{
    struct bn_output *o;
    struct bn_error err;
    cr_assert_eq(bn_output_open(&o, where, &err), BN_OK, "%s", err.text);
    cr_assert_geq(fputs("new", bn_output_stream(o)), 0);
    return o;
}

static void commit(struct bn_output *o)
{
    struct bn_error err;
    cr_assert_eq(bn_output_commit(o, &err), BN_OK, "%s", err.text);
}

static void expect_refused(const char *where, enum bn_status status, const char *why)
{
    struct bn_output *o = NULL;
    struct bn_error err = {0};
    cr_expect_eq(bn_output_open(&o, where, &err), status, "%s", err.text);
    cr_expect(strstr(err.text, why), "%s", err.text);
    cr_expect_null(o);
}

TestSuite(files, .init = enter, .fini = leave);

Test(files, output_replaces_at_commit_and_keeps_the_permissions)
{
    struct stat st;
    put(path, "old");
    chmod(path, 0640);
    struct bn_output *o = begin(path);
    expect_content(path, "old");
    commit(o);
    expect_content(path, "new");
    cr_expect_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0640);
    cr_expect_eq(n_files(), 1);
}

Test(files, discarded_output_leaves_what_was_there)
{
    put(path, "old");
    bn_output_discard(begin(path));
    bn_output_discard(NULL);
    expect_content(path, "old");
    cr_expect_eq(n_files(), 1);
}

Test(files, link_stays_a_link_and_its_file_is_written)
{
    struct stat st;
    put(other, "old");
    cr_assert_eq(symlink(other, path), 0);
    commit(begin(path));
    expect_content(other, "new");
    cr_expect(!lstat(path, &st) && S_ISLNK(st.st_mode));
    unlink(other);
    expect_refused(path, BN_ERR_USAGE, "link");
}

Test(files, folders_and_fifos_without_reader_are_refused)
{
    struct stat st;
    expect_refused(folder, BN_ERR_USAGE, "directory");
    cr_assert_eq(mkfifo(path, 0600), 0);
    expect_refused(path, BN_ERR_IO, "FIFO");
    cr_expect(!lstat(path, &st) && S_ISFIFO(st.st_mode));
}

Test(files, devices_are_written_through)
{
    struct bn_error err;
    struct bn_output *o = begin("/dev/null");
    cr_expect(bn_output_is_through(o));
    commit(o);
    o = begin("/dev/full");
    cr_expect_eq(bn_output_commit(o, &err), BN_ERR_IO);
    cr_expect(strstr(err.text, "No space left"), "%s", err.text);
}

Test(files, inputs_are_no_outputs_under_any_name)
{
    int fd;
    struct bn_error err;
    struct bn_output *o = begin(other); /* opened before the input is */
    put(path, "input");
    cr_assert_eq(link(path, other), 0);
    cr_assert_eq(bn_input_open(&fd, NULL, path, &err), BN_OK, "%s", err.text);
    close(fd);
    expect_refused(path, BN_ERR_USAGE, "is an input of this command");
    expect_refused(other, BN_ERR_USAGE, "is an input of this command");
    cr_expect_eq(bn_output_commit(o, &err), BN_ERR_USAGE);
    expect_content(path, "input");
    cr_expect_eq(n_files(), 2);
}

static void die_with_output_open(int number)
{
    pid_t child = fork();
    int status;
    if (child == 0) {
        signal(SIGTERM, SIG_DFL), signal(SIGINT, SIG_DFL);
        begin(path);
        if (!number) exit(0);
        raise(number);
        _exit(99);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(number ? WIFSIGNALED(status) && WTERMSIG(status) == number : WIFEXITED(status), "%d", status);
    expect_content(path, "old");
    cr_expect_eq(n_files(), 1, "after %d", number);
}

Test(files, signals_and_exit_leave_no_part)
{
    put(path, "old");
    die_with_output_open(SIGTERM);
    die_with_output_open(SIGINT);
    die_with_output_open(0);
}

Test(files, input_is_a_regular_file_and_never_waits)
{
    int fd;
    struct bn_error err;
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(bn_input_open(&fd, NULL, path, &err), BN_ERR_FORMAT);
    cr_expect(strstr(err.text, "FIFO"), "%s", err.text);
    cr_expect_eq(bn_input_open(&fd, NULL, "/dev/zero", &err), BN_ERR_FORMAT);
    cr_expect_eq(bn_input_open(&fd, NULL, folder, &err), BN_ERR_FORMAT);
    cr_expect_eq(bn_input_open(&fd, NULL, other, &err), BN_ERR_IO);
}

Test(files, reading_stops_at_its_limit)
{
    char *bytes;
    size_t n;
    struct bn_error err;
    put(path, "12345678");
    cr_assert_eq(bn_input_read(&bytes, &n, path, 8, &err), BN_OK, "%s", err.text);
    cr_expect_str_eq(bytes, "12345678");
    cr_expect_eq(n, 8);
    free(bytes);
    cr_expect_eq(bn_input_read(&bytes, &n, path, 7, &err), BN_ERR_FORMAT);
    cr_expect(strstr(err.text, "7 bytes"), "%s", err.text);
    cr_expect_eq(bn_input_read(&bytes, &n, "/dev/zero", 3 << 20, &err), BN_ERR_FORMAT);
    cr_expect(strstr(err.text, "3 MiB"), "%s", err.text);
    cr_expect_null(bytes);
    cr_expect_eq(bn_input_read(&bytes, &n, folder, 7, &err), BN_ERR_FORMAT);
}

Test(files, mapped_file_that_is_cut_short_reads_zeros_and_is_an_error)
{
    enum { BYTES = 1 << 20 };
    struct bn_map map;
    struct bn_error err;
    char *ones = malloc(BYTES);
    memset(ones, 1, BYTES);
    FILE *f = fopen(path, "w");
    cr_assert_eq(fwrite(ones, 1, BYTES, f), BYTES);
    fclose(f), free(ones);
    cr_assert_eq(bn_map_open(&map, path, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_map_check(&map, &err), BN_OK);
    cr_assert_eq(truncate(path, 100), 0);
    volatile const uint8_t *bytes = map.bytes;
    cr_expect_eq(bytes[0], 1);
    cr_expect_eq(bytes[BYTES - 1], 0);
    cr_expect_eq(bytes[BYTES / 2], 0);
    cr_expect_eq(bn_map_check(&map, &err), BN_ERR_IO);
    cr_expect(strstr(err.text, path) && strstr(err.text, "cut short"), "%s", err.text);
    cr_assert_eq(truncate(path, BYTES), 0); /* the size is back, the bytes are not */
    cr_expect_eq(bn_map_check(&map, &err), BN_ERR_IO);
    bn_map_close(&map);
}

Test(files, mapped_file_that_is_written_to_is_an_error)
{
    struct bn_map map;
    struct bn_error err;
    put(path, "old!");
    cr_assert_eq(bn_map_open(&map, path, &err), BN_OK, "%s", err.text);
    usleep(20000); /* the clock of file times is coarse */
    int fd = open(path, O_WRONLY);
    cr_assert_eq(pwrite(fd, "new!", 4, 0), 4);
    close(fd);
    cr_expect_eq(bn_map_check(&map, &err), BN_ERR_IO);
    cr_expect(strstr(err.text, "written to"), "%s", err.text);
    bn_map_close(&map);
}

Test(files, other_bus_errors_end_the_process_as_before)
{
    struct bn_map map;
    struct bn_error err;
    int status;
    put(path, "file");
    cr_assert_eq(bn_map_open(&map, path, &err), BN_OK, "%s", err.text);
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr); /* a sanitizer's report is none here */
        raise(SIGBUS), raise(SIGBUS);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : WEXITSTATUS(status) != 0, "%d", status);
    bn_map_close(&map);
}

static void expect_printed(const char *text, const char *want)
{
    char out[64], again[64];
    cr_expect_str_eq(bn_printable(out, sizeof out, text), want);
    cr_expect_str_eq(bn_printable(again, sizeof again, out), want, "a second time changes nothing");
}

Test(printable, control_bytes_and_broken_characters_are_escaped)
{
    expect_printed("plain \xc3\xa9 \xe4\xb8\xad \xf0\x9f\x99\x82 \\",
                   "plain \xc3\xa9 \xe4\xb8\xad \xf0\x9f\x99\x82 \\");
    expect_printed("a\nb\tc\x1b[31m\x7f\r", "a\\nb\\tc\\x1b[31m\\x7f\\x0d");
    expect_printed("\xc2\x9b"
                   "31m",
                   "\\xc2\\x9b31m"); /* CSI as a C1 character */
    expect_printed("\xe2\x80\xae"
                   "gnp",
                   "\\xe2\\x80\\xaegnp");                                /* right-to-left override */
    expect_printed("\xff\xc3", "\\xff\\xc3");                            /* no UTF-8, and cut */
    expect_printed("\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80"); /* overlong, surrogate */
}

Test(printable, text_is_cut_at_a_whole_character)
{
    char out[6];
    cr_expect_str_eq(bn_printable(out, sizeof out, "abcd\xc3\xa9"), "abcd");
    cr_expect_str_eq(bn_printable(out, sizeof out, "abc\xc3\xa9z"), "abc\xc3\xa9");
    cr_expect_str_eq(BN_PRINTABLE("\n"), "\\n");
}

Test(printable, sentences_hold_no_control_bytes)
{
    struct bn_error err;
    struct bn_source source;
    cr_expect_neq(bn_source_open(&source, "/none\x1b]0;x\a\n", NULL, &err), BN_OK);
    cr_expect(strstr(err.text, "/none\\x1b]0;x\\x07\\n"), "%s", err.text);
}
