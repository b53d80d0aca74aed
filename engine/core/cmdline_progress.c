/* cmdline_progress.c - the progress line of a program. */
#include "engine/bitnet.h"
#include "engine/cmdline.h"
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 512, EVERY_S = 10 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Columns of the terminal on stderr; 80 if the terminal does not report it. */
static int columns(void)
{
    struct winsize size = {0};
    return ioctl(2, TIOCGWINSZ, &size) || size.ws_col < 2 ? 80 : size.ws_col;
}

/* Bytes of the first `most` characters. */
static int bytes_of(const char *text, int most)
{
    int n = 0, characters = 0;
    for (; text[n]; n++) {
        characters += ((unsigned char)text[n] & 0xc0) != 0x80;
        if (characters > most) break;
    }
    return n;
}

void bn_cmd_progress(const char *format, ...)
{
    static double last;
    static bool drawn;
    char text[LINE_BYTES], line[LINE_BYTES];
    if (!format) {
        if (drawn) fputs("\r\033[K", stderr), drawn = false;
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bn_printable(line, sizeof line, text);
    if (isatty(2)) {
        fprintf(stderr, "\r%.*s\033[K", bytes_of(line, columns() - 1), line);
        drawn = true;
    } else if (last > 0 && now_s() - last >= EVERY_S) {
        fprintf(stderr, "%s\n", line);
        last = 0;
    }
    if (!(last > 0)) last = now_s();
}
