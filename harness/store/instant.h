/* instant.h - one form for every time of the calendar in the database: UTC, "2026-11-25T17:30:04.000Z", so that texts
 * are in order of time. */
#ifndef BN_STORE_INSTANT_H
#define BN_STORE_INSTANT_H
#include "engine/bitnet.h"

enum { BN_INSTANT_CHARS = 32 };
/* Reads ISO 8601: a year, month, day or time of day, with fractions of a second, Z or an offset (none: UTC), a T or a
 * space between. What is missing at the end is its beginning: "2026-11" is the first of November, midnight.
 * BN_ERR_FORMAT and a sentence that names `what`: no such date, or a year outside 1970 to 9999. */
enum bn_status bn_instant_read(const char *text, const char *what, char utc[BN_INSTANT_CHARS], struct bn_error *err);
/* The same from seconds since 1970. */
enum bn_status bn_instant_from_seconds(double seconds, const char *what, char utc[BN_INSTANT_CHARS],
                                       struct bn_error *err);
#endif
