/* test_instant.c - times as the database keeps them. */
#include "harness/store/instant.h"
#include <criterion/criterion.h>

static void must(enum bn_status status, const struct bn_error *err) { cr_assert_eq(status, BN_OK, "%s", err->text); }

/* Pairs by GNU date -u -d TEXT +%FT%T.%3NZ */
Test(instant, times_are_read_strictly_and_written_in_utc)
{
    static const char *const right[][2] = {{"2026-11-25T17:30:04Z", "2026-11-25T17:30:04.000Z"},
                                           {"2026-11-25T17:30:04.1289+02:00", "2026-11-25T15:30:04.129Z"},
                                           {"2026-11-25 17:30:04 -0830", "2026-11-26T02:00:04.000Z"},
                                           {"2024-02-29", "2024-02-29T00:00:00.000Z"},
                                           {"2026-12-31T23:59:59-01", "2027-01-01T00:59:59.000Z"},
                                           {"2026-11", "2026-11-01T00:00:00.000Z"}};
    static const char *const wrong[] = {"",
                                        "12-01-2027",
                                        "2026-13-01",
                                        "2026-02-29",
                                        "2026-11-25T24:00",
                                        "2026-1-1",
                                        "now",
                                        "2026-11-25T17:30:04+25:00",
                                        "1969-12-31",
                                        "2460000.5",
                                        "2026-11-25T17:30:04Zx",
                                        "26-11-25",
                                        "2026-11-25T"};
    char utc[BN_INSTANT_CHARS];
    struct bn_error err = {0};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        must(bn_instant_read(right[i][0], "x", utc, &err), &err);
        cr_expect_str_eq(utc, right[i][1], "%s is %s", right[i][0], utc);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_eq(bn_instant_read(wrong[i], "x", utc, &err), BN_ERR_FORMAT, "%s", wrong[i]);
    cr_expect_eq(bn_instant_from_seconds(1e300, "x", utc, &err), BN_ERR_FORMAT);
    must(bn_instant_from_seconds(1715675411.25, "x", utc, &err), &err);
    cr_expect_str_eq(utc, "2024-05-14T08:30:11.250Z");
}
