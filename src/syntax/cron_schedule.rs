//! When a job of cron runs, as the calendar events of systemd.
//!
//! Manuals: crontab(5) of Vixie's cron and of cronie, systemd.time(7) "Calendar events"
//!
//! Left out: the random times of cronie (`0~59`), and a step behind a single number, of which the crons make different
//! things; both are errors.

/// When a job runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// When the machine has started.
    Boot,
    /// At each of these calendar events.
    Calendar(Vec<String>),
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// As cron counts them; the week of systemd begins on Monday.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The words that systemd has for some times, and `@weekly`, which is Monday there and Sunday here.
const WORDS: [(&str, &str); 4] = [
    ("*-*-* *:00:00", "hourly"),
    ("*-*-* 00:00:00", "daily"),
    ("*-*-01 00:00:00", "monthly"),
    ("*-01-01 00:00:00", "yearly"),
];

/// A field of a schedule: its name for people, its limits, and the names that its numbers have.
struct Field {
    name: &'static str,
    first: u8,
    last: u8,
    names: &'static [&'static str],
}

const MINUTE: Field = Field {
    name: "minute",
    first: 0,
    last: 59,
    names: &[],
};
const HOUR: Field = Field {
    name: "hour",
    first: 0,
    last: 23,
    names: &[],
};
const DAY: Field = Field {
    name: "day of the month",
    first: 1,
    last: 31,
    names: &[],
};
const MONTH: Field = Field {
    name: "month",
    first: 1,
    last: 12,
    names: &MONTHS,
};
const WEEKDAY: Field = Field {
    name: "day of the week",
    first: 0,
    last: 7,
    names: &DAYS,
};

/// A part of a field: all from one number to another, by steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    first: u8,
    last: u8,
    step: u8,
}

/// A field as it was read.
struct Parts {
    /// It begins with `*`, which decides how both fields of days work together.
    is_star: bool,
    parts: Vec<Part>,
}

/// Reads a schedule: five fields, or `@daily` and the like.
///
/// # Errors
/// Why cron would not take it.
pub fn read(text: &str) -> Result<Schedule, String> {
    let text = text.trim();
    let fields = match text {
        "@reboot" => return Ok(Schedule::Boot),
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        other => other,
    };
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err("it has not five fields".to_owned());
    };
    let time = format!(
        "{}:{}:00",
        HOUR.read(hour)?.calendar(&HOUR),
        MINUTE.read(minute)?.calendar(&MINUTE)
    );
    let month = MONTH.read(month)?.calendar(&MONTH);
    let day = DAY.read(day)?;
    let weekday = WEEKDAY.read(weekday)?;
    let event = |weekdays: &str, day: &str| {
        let event = format!("*-{month}-{day} {time}");
        let word = WORDS.iter().find(|(it, _)| *it == event);
        match word {
            Some((_, word)) if weekdays.is_empty() => (*word).to_owned(),
            _ if weekdays.is_empty() => event,
            _ => format!("{weekdays} {event}"),
        }
    };
    let weekdays = weekday.week();
    let days = day.calendar(&DAY);
    // cron(8): where both are restricted, either of them is enough.
    let is_either = !day.is_star && !weekday.is_star;
    Ok(Schedule::Calendar(
        match (is_either, weekdays.is_empty(), days == "*") {
            (true, false, false) => vec![event("", &days), event(&weekdays, "*")],
            (true, true, _) | (true, _, true) => vec![event("", "*")],
            (false, ..) => vec![event(&weekdays, &days)],
        },
    ))
}

impl Field {
    fn read(&self, text: &str) -> Result<Parts, String> {
        let parts = text.split(',').map(|it| self.part(it));
        Ok(Parts {
            is_star: text.starts_with('*'),
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    fn part(&self, text: &str) -> Result<Part, String> {
        let wrong = || format!("`{text}` is no {} of cron", self.name);
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let (first, last) = if range == "*" {
            (self.first, self.last)
        } else if let Some((first, last)) = range.split_once('-') {
            match (self.number(first), self.number(last)) {
                (Some(first), Some(last)) => (first, last),
                (None, _) | (_, None) => return Err(wrong()),
            }
        } else {
            let only = self.number(range).ok_or_else(wrong)?;
            if step.is_some() {
                return Err(wrong());
            }
            (only, only)
        };
        if first > last || step == Some(0) {
            return Err(wrong());
        }
        let step = step.unwrap_or(1);
        Ok(Part { first, last, step })
    }

    fn number(&self, text: &str) -> Option<u8> {
        let lower = text.to_ascii_lowercase();
        if let Some(at) = self.names.iter().position(|it| *it == lower) {
            return u8::try_from(at).ok().map(|it| it + self.first);
        }
        let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number)?;
        (self.first..=self.last).contains(&number).then_some(number)
    }
}

impl Parts {
    /// Writes a field of a date or a time.
    fn calendar(&self, field: &Field) -> String {
        let whole = |it: &Part| (it.first, it.last, it.step) == (field.first, field.last, 1);
        if self.parts.iter().any(whole) {
            return "*".to_owned();
        }
        let parts: Vec<String> = self.parts.iter().map(|it| it.calendar(field)).collect();
        parts.join(",")
    }

    /// Writes days of the week; nothing for all of them.
    fn week(&self) -> String {
        let has = |day: u8| self.parts.iter().any(|it| it.has(day));
        // Sunday is 0 and 7, and the last of the week.
        let days: Vec<u8> = (1..=7)
            .filter(|day| has(*day) || (*day == 7 && has(0)))
            .collect();
        if days.len() == 7 {
            return String::new();
        }
        let mut runs: Vec<(u8, u8)> = Vec::new();
        for day in days {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == day => *last = day,
                _ => runs.push((day, day)),
            }
        }
        let name = |day: u8| {
            let name = DAYS[usize::from(day) % 7];
            format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..])
        };
        let shown = runs.iter().map(|(first, last)| match last - first {
            0 => name(*first),
            1 => format!("{},{}", name(*first), name(*last)),
            _ => format!("{}..{}", name(*first), name(*last)),
        });
        shown.collect::<Vec<_>>().join(",")
    }
}

impl Part {
    fn has(self, number: u8) -> bool {
        (self.first..=self.last).contains(&number)
            && (number - self.first).is_multiple_of(self.step)
    }

    fn calendar(self, field: &Field) -> String {
        let Part { first, last, step } = self;
        if first == last {
            format!("{first:02}")
        } else if step == 1 {
            format!("{first:02}..{last:02}")
        } else if last == field.last {
            format!("{first:02}/{step}")
        } else {
            format!("{first:02}..{last:02}/{step}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Schedule, read};

    fn check(schedule: &str, expected: &str) {
        let found = match read(schedule) {
            Ok(Schedule::Boot) => "boot".to_owned(),
            Ok(Schedule::Calendar(events)) => events.join(" | "),
            Err(why) => format!("! {why}"),
        };
        assert_eq!(found, expected, "{schedule}");
    }

    #[test]
    fn a_schedule_is_a_calendar_event() {
        for (schedule, expected) in [
            ("5 3 * * *", "*-*-* 03:05:00"),
            ("* * * * *", "*-*-* *:*:00"),
            ("*/15 * * * *", "*-*-* *:00/15:00"),
            ("7-59/10 8-18 * * 1-5", "Mon..Fri *-*-* 08..18:07/10:00"),
            ("0 8-18/2 * * *", "*-*-* 08..18/2:00:00"),
            ("0,30 */6 * * *", "*-*-* 00/6:00,30:00"),
            ("0 4 1,15 * *", "*-*-01,15 04:00:00"),
            ("0 4 * jan,Jul *", "*-01,07-* 04:00:00"),
            ("0 4 * 1-6/2 *", "*-01..06/2-* 04:00:00"),
            ("0 0 * * *", "daily"),
            ("@weekly", "Sun *-*-* 00:00:00"),
            ("@monthly", "monthly"),
            ("@annually", "yearly"),
            ("@hourly", "hourly"),
            ("@reboot", "boot"),
        ] {
            check(schedule, expected);
        }
    }

    #[test]
    fn days_of_month_and_week_are_either_unless_one_is_a_star() {
        for (schedule, expected) in [
            ("0 4 13 * 5", "*-*-13 04:00:00 | Fri *-*-* 04:00:00"),
            ("0 4 */2 * 1", "Mon *-*-01/2 04:00:00"),
            ("0 4 1 * */2", "Tue,Thu,Sat,Sun *-*-01 04:00:00"),
            ("0 4 1 * 0-7", "*-*-* 04:00:00"),
            ("0 4 * * 0,6", "Sat,Sun *-*-* 04:00:00"),
            ("0 4 * * 5-7", "Fri..Sun *-*-* 04:00:00"),
            ("0 4 * * mon,wed", "Mon,Wed *-*-* 04:00:00"),
        ] {
            check(schedule, expected);
        }
    }

    #[test]
    fn what_crons_do_not_agree_about_is_refused() {
        for (schedule, expected) in [
            ("5/10 * * * *", "! `5/10` is no minute of cron"),
            ("0~59 * * * *", "! `0~59` is no minute of cron"),
            ("60 * * * *", "! `60` is no minute of cron"),
            ("0 22-4 * * *", "! `22-4` is no hour of cron"),
            ("0 4 0 * *", "! `0` is no day of the month of cron"),
            (
                "0 4 * * fri-sun",
                "! `fri-sun` is no day of the week of cron",
            ),
            ("0 4 * *", "! it has not five fields"),
        ] {
            check(schedule, expected);
        }
    }

    /// The numbers that an expression of systemd names, from `first` to `last`.
    fn numbers(expression: &str, first: u32, last: u32) -> Vec<u32> {
        let mut all = Vec::new();
        for part in expression.split(',') {
            let (range, step) = part.split_once('/').unwrap_or((part, ""));
            let step: usize = step.parse().unwrap_or(1);
            let (from, to) = match range.split_once("..") {
                Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
                None if range == "*" => (first, last),
                None if part.contains('/') => (range.parse().unwrap(), last),
                None => (range.parse().unwrap(), range.parse().unwrap()),
            };
            all.extend((from..=to).step_by(step));
        }
        all
    }

    /// The numbers that a field of cron names: by counting, not by ranges.
    fn counted(field: &str, first: u32, last: u32) -> Vec<u32> {
        let fits = |number: &u32| {
            field.split(',').any(|part| {
                let (range, step) = part.split_once('/').unwrap_or((part, "1"));
                let (from, to) = match range {
                    "*" => (first, last),
                    range => {
                        let (from, to) = range.split_once('-').unwrap_or((range, range));
                        (from.parse().unwrap(), to.parse().unwrap())
                    }
                };
                (from..=to).contains(number)
                    && (number - from).is_multiple_of(step.parse().unwrap())
            })
        };
        (first..=last).filter(fits).collect()
    }

    #[test]
    fn both_name_the_same_numbers() {
        for field in [
            "*", "3", "*/7", "1-5", "2-20/6", "1,4-6,9", "*/5,1", "5-22/2",
        ] {
            let Ok(Schedule::Calendar(events)) = read(&format!("{field} {field} * * *")) else {
                panic!("{field}");
            };
            let time = events[0].split(' ').next_back().unwrap();
            let [hour, minute, _] = time.split(':').collect::<Vec<_>>()[..] else {
                panic!("{time}");
            };
            let sorted = |mut list: Vec<u32>| {
                list.sort_unstable();
                list.dedup();
                list
            };
            assert_eq!(
                sorted(numbers(hour, 0, 23)),
                counted(field, 0, 23),
                "{field}"
            );
            assert_eq!(
                sorted(numbers(minute, 0, 59)),
                counted(field, 0, 59),
                "{field}"
            );
        }
    }
}
