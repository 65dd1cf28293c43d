/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <time.h>

/* Days from civil: counts in eras of 400 years that begin on 1 March, so that the leap day is the
 * last of its year. */
Date date_of(int year, unsigned month, unsigned day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (int)((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1);
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_split(Date date, int *year, unsigned *month, unsigned *day)
{
    int z = date + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int day_of_era = z - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * day_of_year + 2) / 153;
    *day = (unsigned)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

Date date_parse(Str s)
{
    uint64_t year, month, day;
    if (s.len < 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || char_is_digit(str_at(s, 10)))
        return DATE_NONE;
    if (!str_to_u64(str_sub(s, 0, 4), &year) || !str_to_u64(str_sub(s, 5, 7), &month) ||
        !str_to_u64(str_sub(s, 8, 10), &day) || month < 1 || month > 12 || day < 1)
        return DATE_NONE;
    Date date = date_of((int)year, (unsigned)month, (unsigned)day);
    int y;
    unsigned m, d;
    date_split(date, &y, &m, &d);
    return m == month && d == day ? date : DATE_NONE;
}

Date date_checked(int64_t day)
{
    enum { FIRST = -719528, LAST = 2932896 };
    return day >= FIRST && day <= LAST ? (Date)day : DATE_NONE;
}

Date date_today(void)
{
    time_t now = time(NULL);
    return (Date)(now / 86400);
}

Str date_str(Arena *arena, Date date)
{
    if (date == DATE_NONE)
        return (Str){0};
    int year;
    unsigned month, day;
    date_split(date, &year, &month, &day);
    if (year < 0 || year > 9999) /* no date of a document */
        return arena_printf(arena, "%04d-%02u-%02u", year, month, day);
    char text[] = "0000-00-00";
    str_digits(text + 4, (unsigned)year, 4);
    str_digits(text + 7, month, 2);
    str_digits(text + 10, day, 2);
    return arena_str(arena, str_of(text, sizeof text - 1));
}
