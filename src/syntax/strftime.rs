//! Times as `strftime` shows them and `strptime` reads them, in the C locale and UTC.
//!
//! Manual: <https://docs.python.org/3/library/datetime.html#strftime-and-strptime-format-codes>

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Since 1970.
    pub seconds: i64,
    pub microseconds: u32,
}

struct Date {
    year: i64,
    month: i64,
    day: i64,
    /// From 0.
    day_of_year: i64,
    /// Sunday is 0.
    weekday: i64,
}

/// Returns the days since 1970 of a date of the Gregorian calendar.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date_of(days: i64) -> Date {
    let weekday = (days + 4).rem_euclid(7);
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * index + 2) / 5 + 1;
    let month = if index < 10 { index + 3 } else { index - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    Date {
        year,
        month,
        day,
        day_of_year: days - days_of(year, 1, 1),
        weekday,
    }
}

/// Returns the year and week that ISO 8601 counts a day to.
fn iso_week(date: &Date) -> (i64, i64) {
    let from_monday = (date.weekday + 6) % 7;
    let week = (date.day_of_year - from_monday + 10) / 7;
    let weeks = |year: i64| {
        let first = date_of(days_of(year, 1, 1)).weekday;
        let is_leap = days_of(year + 1, 1, 1) - days_of(year, 1, 1) == 366;
        if first == 4 || first == 3 && is_leap {
            53
        } else {
            52
        }
    };
    if week < 1 {
        (date.year - 1, weeks(date.year - 1))
    } else if week > weeks(date.year) {
        (date.year + 1, 1)
    } else {
        (date.year, week)
    }
}

impl Moment {
    pub fn of_seconds(seconds: i64) -> Moment {
        Moment {
            seconds,
            microseconds: 0,
        }
    }

    /// Shows the moment; `None` where the pattern asks for what a machine decides.
    pub fn show(&self, pattern: &str) -> Option<String> {
        let date = date_of(self.seconds.div_euclid(86_400));
        let clock = self.seconds.rem_euclid(86_400);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        let half = if hour % 12 == 0 { 12 } else { hour % 12 };
        let name = |names: &[&'static str], at: i64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| names.get(at).copied())
        };
        let day = name(&DAYS, date.weekday)?;
        let month = name(&MONTHS, date.month - 1)?;
        let mut out = String::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let mut directive = rest.next();
            let pads = directive != Some('-');
            if !pads {
                directive = rest.next();
            }
            let padded = |number: i64, width: usize| {
                if pads {
                    format!("{number:0width$}")
                } else {
                    number.to_string()
                }
            };
            let whole = |pattern: &str| self.show(pattern);
            out.push_str(&match directive? {
                'Y' => date.year.to_string(),
                'C' => padded(date.year / 100, 2),
                'y' => padded(date.year.rem_euclid(100), 2),
                'm' => padded(date.month, 2),
                'd' => padded(date.day, 2),
                'e' if pads => format!("{:2}", date.day),
                'e' => date.day.to_string(),
                'H' => padded(hour, 2),
                'I' => padded(half, 2),
                'k' => format!("{hour:2}"),
                'l' => format!("{half:2}"),
                'M' => padded(minute, 2),
                'S' => padded(second, 2),
                'f' => format!("{:06}", self.microseconds),
                'j' => padded(date.day_of_year + 1, 3),
                'a' => day[..3].to_owned(),
                'A' => day.to_owned(),
                'b' | 'h' => month[..3].to_owned(),
                'B' => month.to_owned(),
                'p' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
                'P' => if hour < 12 { "am" } else { "pm" }.to_owned(),
                'w' => date.weekday.to_string(),
                'u' => (if date.weekday == 0 { 7 } else { date.weekday }).to_string(),
                'U' => padded((date.day_of_year + 7 - date.weekday) / 7, 2),
                'W' => padded((date.day_of_year + 7 - (date.weekday + 6) % 7) / 7, 2),
                'V' => padded(iso_week(&date).1, 2),
                'G' => iso_week(&date).0.to_string(),
                'g' => padded(iso_week(&date).0.rem_euclid(100), 2),
                'D' | 'x' => whole("%m/%d/%y")?,
                'F' => whole("%Y-%m-%d")?,
                'T' | 'X' => whole("%H:%M:%S")?,
                'R' => whole("%H:%M")?,
                'r' => whole("%I:%M:%S %p")?,
                'c' => whole("%a %b %e %H:%M:%S %Y")?,
                'n' => "\n".to_owned(),
                't' => "\t".to_owned(),
                '%' => "%".to_owned(),
                // The time zone, and what is no directive.
                _ => return None,
            });
        }
        Some(out)
    }
}

/// Reads a moment.
///
/// # Errors
/// The text is not as the pattern says, or the pattern has a directive that is not read.
pub fn parse_time(text: &str, pattern: &str) -> Result<Moment, String> {
    let unfit = || format!("`{text}` is no time of the form `{pattern}`");
    let mut rest = text;
    let (mut year, mut month, mut day) = (1900, 1, 1);
    let (mut hour, mut minute, mut second, mut micros) = (0, 0, 0, 0);
    let (mut is_afternoon, mut day_of_year) = (None, None);
    let expanded = pattern
        .replace("%T", "%H:%M:%S")
        .replace("%R", "%H:%M")
        .replace("%F", "%Y-%m-%d")
        .replace("%D", "%m/%d/%y");
    let mut directives = expanded.chars();
    while let Some(c) = directives.next() {
        if c.is_whitespace() {
            let trimmed = rest.trim_start();
            if trimmed.len() == rest.len() {
                return Err(unfit());
            }
            rest = trimmed;
            continue;
        }
        if c != '%' {
            rest = rest.strip_prefix(c).ok_or_else(unfit)?;
            continue;
        }
        let directive = directives.next().ok_or_else(unfit)?;
        let width = match directive {
            'Y' => 4,
            'j' => 3,
            'f' => 6,
            _ => 2,
        };
        let number = |rest: &mut &str| -> Result<i64, String> {
            let end = rest
                .find(|it: char| !it.is_ascii_digit())
                .unwrap_or(rest.len())
                .min(width);
            let (digits, after) = rest.split_at(end);
            *rest = after;
            digits.parse().map_err(|_| unfit())
        };
        match directive {
            'Y' => year = number(&mut rest)?,
            'y' => {
                let short = number(&mut rest)?;
                year = short + if short < 69 { 2000 } else { 1900 };
            }
            'm' => month = number(&mut rest)?,
            'd' | 'e' => day = number(&mut rest)?,
            'H' | 'I' => hour = number(&mut rest)?,
            'M' => minute = number(&mut rest)?,
            'S' => second = number(&mut rest)?,
            'j' => day_of_year = Some(number(&mut rest)?),
            'f' => {
                let before = rest.len();
                let digits = number(&mut rest)?;
                let missing = 6 - u32::try_from(before - rest.len()).unwrap_or(6).min(6);
                micros = digits * 10i64.pow(missing);
            }
            'b' | 'h' | 'B' => {
                let found = named(&mut rest, &MONTHS).ok_or_else(unfit)?;
                month = found + 1;
            }
            'a' | 'A' => {
                named(&mut rest, &DAYS).ok_or_else(unfit)?;
            }
            'p' => {
                let half = rest.get(..2).unwrap_or_default().to_ascii_uppercase();
                is_afternoon = Some(match half.as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return Err(unfit()),
                });
                rest = &rest[2..];
            }
            '%' => rest = rest.strip_prefix('%').ok_or_else(unfit)?,
            other => return Err(format!("`%{other}` of a time is not read")),
        }
    }
    hour = match is_afternoon {
        Some(false) if hour == 12 => 0,
        Some(true) if hour < 12 => hour + 12,
        _ => hour,
    };
    let days = match day_of_year {
        Some(day) => days_of(year, 1, 1) + day - 1,
        None => days_of(year, month, day),
    };
    let is_date = (1..=12).contains(&month) && {
        let made = date_of(days);
        day_of_year.is_some() || (made.month, made.day) == (month, day)
    };
    let is_clock = hour < 24 && minute < 60 && second < 62;
    if !rest.is_empty() || !is_date || !is_clock || year < 1 {
        return Err(unfit());
    }
    Ok(Moment {
        seconds: days * 86_400 + hour * 3600 + minute * 60 + second,
        microseconds: u32::try_from(micros).unwrap_or(0),
    })
}

/// Takes a name, whole or its first three letters, off the text.
fn named(rest: &mut &str, names: &[&str]) -> Option<i64> {
    for length in [usize::MAX, 3] {
        for (at, name) in (0..).zip(names) {
            let name = name.get(..length.min(name.len())).unwrap_or(name);
            let start = rest.get(..name.len());
            if start.is_some_and(|it| it.eq_ignore_ascii_case(name)) {
                *rest = &rest[name.len()..];
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Moment, parse_time};

    #[test]
    fn moments_are_shown_as_in_python() {
        let check = |seconds: i64, pattern: &str, expected: Option<&str>| {
            let shown = Moment::of_seconds(seconds).show(pattern);
            assert_eq!(shown.as_deref(), expected, "{pattern}");
        };
        check(0, "%Y-%m-%d %H:%M:%S", Some("1970-01-01 00:00:00"));
        check(
            1_700_000_000,
            "%a %A %b %B %d %j %y %I %p %U %w %% %e",
            Some("Tue Tuesday Nov November 14 318 23 10 PM 46 2 % 14"),
        );
        check(1_609_459_200, "%V %G %W %u", Some("53 2020 00 5"));
        check(-1, "%F %T", Some("1969-12-31 23:59:59"));
        check(951_782_400, "%c", Some("Tue Feb 29 00:00:00 2000"));
        check(0, "%-d.%-m.", Some("1.1."));
        check(0, "%Z", None);
    }

    #[test]
    fn moments_are_read_as_in_python() {
        let check = |text: &str, pattern: &str, expected: Option<i64>| {
            let read = parse_time(text, pattern).ok().map(|it| it.seconds);
            assert_eq!(read, expected, "{text}");
        };
        check(
            "2016-08-14 20:00:12",
            "%Y-%m-%d %H:%M:%S",
            Some(1_471_204_812),
        );
        check("Feb 3 2021", "%b %d %Y", Some(1_612_310_400));
        check("12:05 AM", "%I:%M %p", Some(-2_208_988_500));
        check("2016-08-14", "%Y-%m-%d %H:%M:%S", None);
        check("2023-02-29", "%Y-%m-%d", None);
        check("1 x", "%d", None);
    }
}
