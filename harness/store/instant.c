/* instant.c - reads dates and times strictly, and writes them in UTC. */
#include "harness/store/instant.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const double latest = 253402300799.999; /* the end of the year 9999 */

/* Exactly n digits at *p, at most `most`; -1: something else. */
static int digits(const char **p, int n, int most)
{
    int x = 0;
    for (int i = 0; i < n; i++) {
        unsigned d = (unsigned)((*p)[i] - '0');
        if (d > 9) return -1;
        x = 10 * x + (int)d;
    }
    *p += n;
    return x <= most ? x : -1;
}

static bool skip(const char **p, const char *any) { return **p && strchr(any, **p) ? ++*p, true : false; }

/* YYYY[-MM[-DD]] */
static bool read_day(const char **p, struct tm *t)
{
    int year = digits(p, 4, 9999), month = 1, day = 1;
    if (year < 1970) return false;
    if (skip(p, "-")) {
        month = digits(p, 2, 12);
        if (skip(p, "-")) day = digits(p, 2, 31);
    }
    *t = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return month > 0 && day > 0;
}

/* HH:MM[:SS[.fraction]] */
static bool read_time(const char **p, struct tm *t, double *fraction)
{
    t->tm_hour = digits(p, 2, 23);
    if (t->tm_hour < 0 || !skip(p, ":")) return false;
    t->tm_min = digits(p, 2, 59);
    if (t->tm_min < 0 || !skip(p, ":")) return t->tm_min >= 0;
    t->tm_sec = digits(p, 2, 60);
    if (t->tm_sec == 60) t->tm_sec = 59, *fraction = 0.999; /* a leap second */
    if (t->tm_sec >= 0 && *fraction == 0 && skip(p, ".,")) {
        if ((unsigned)(**p - '0') > 9) return false;
        for (double unit = 0.1; (unsigned)(**p - '0') <= 9; unit /= 10) *fraction += unit * (*(*p)++ - '0');
    }
    return t->tm_sec >= 0;
}

/* Z, +HH:MM, +HHMM, +HH or nothing, in seconds. */
static bool read_offset(const char **p, long *offset)
{
    int sign = **p == '-' ? -1 : 1;
    if (skip(p, "Zz") || !skip(p, "+-")) return true;
    int hours = digits(p, 2, 23);
    skip(p, ":");
    int minutes = **p ? digits(p, 2, 59) : 0;
    *offset = sign * (3600L * hours + 60L * minutes);
    return hours >= 0 && minutes >= 0;
}

static enum bn_status no_date(const char *text, const char *what, struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_FORMAT,
                           "%s must be a date like 2026-11-25 or 2026-11-25T17:30:04Z, not \"%.80s\".", what, text);
}

enum bn_status bn_instant_from_seconds(double seconds, const char *what, char utc[BN_INSTANT_CHARS],
                                       struct bn_error *err)
{
    char number[40];
    struct tm t;
    snprintf(number, sizeof number, "%.17g", seconds);
    if (!(seconds >= 0 && seconds <= latest)) return no_date(number, what, err);
    int64_t ms = (int64_t)floor(seconds * 1000 + 0.5);
    time_t whole = (time_t)(ms / 1000);
    if (!gmtime_r(&whole, &t)) return no_date(number, what, err);
    size_t n = strftime(utc, BN_INSTANT_CHARS, "%Y-%m-%dT%H:%M:%S", &t);
    snprintf(utc + n, BN_INSTANT_CHARS - n, ".%03dZ", (int)(ms % 1000));
    return BN_OK;
}

enum bn_status bn_instant_read(const char *text, const char *what, char utc[BN_INSTANT_CHARS], struct bn_error *err)
{
    struct tm t = {0};
    double fraction = 0;
    long offset = 0;
    const char *p = text;
    bool ok = read_day(&p, &t);
    if (ok && skip(&p, "Tt ")) ok = read_time(&p, &t, &fraction) && (skip(&p, " "), read_offset(&p, &offset));
    int day = t.tm_mday;
    time_t seconds = ok && !*p ? timegm(&t) : -1; /* makes the 31st of November the 1st of December */
    if (seconds < 0 || t.tm_mday != day) return no_date(text, what, err);
    return bn_instant_from_seconds((double)(seconds - offset) + fraction, what, utc, err);
}
