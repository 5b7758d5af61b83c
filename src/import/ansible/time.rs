//! Moments and lengths of time, as Python's `datetime` has them: what `to_datetime` makes, and what is computed from it.

use std::cmp::Ordering;

use crate::syntax::strftime::Moment;

/// Microseconds of a second, and seconds of a day.
const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400;

/// A `datetime` without a time zone, or a `timedelta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    Moment(Moment),
    /// In microseconds.
    Length(i64),
}

/// What is asked of a time.
pub(crate) enum Part {
    Int(i64),
    Float(f64),
    Text(String),
}

impl Time {
    /// What `str()` makes of it.
    pub(crate) fn show(self) -> String {
        match self {
            Time::Moment(moment) => shown(moment, "%Y-%m-%d %H:%M:%S"),
            Time::Length(_) => {
                let (days, seconds, micros) = self.length();
                let clock = format!(
                    "{}:{:02}:{:02}",
                    seconds / 3600,
                    seconds / 60 % 60,
                    seconds % 60
                );
                let days = match days {
                    0 => String::new(),
                    1 | -1 => format!("{days} day, "),
                    days => format!("{days} days, "),
                };
                let rest = if micros == 0 {
                    String::new()
                } else {
                    format!(".{micros:06}")
                };
                format!("{days}{clock}{rest}")
            }
        }
    }

    /// What JSON has for it.
    pub(crate) fn iso(self) -> String {
        match self {
            Time::Moment(moment) => shown(moment, "%Y-%m-%dT%H:%M:%S"),
            Time::Length(_) => self.show(),
        }
    }

    /// What `repr()` makes of it.
    pub(crate) fn repr(self) -> String {
        match self {
            Time::Moment(moment) => {
                let field = |pattern: &str| moment.show(pattern).unwrap_or_default();
                let mut fields: Vec<String> = ["%Y", "%-m", "%-d", "%-H", "%-M"].map(field).into();
                if moment.microseconds > 0 {
                    fields.push(field("%-S"));
                    fields.push(moment.microseconds.to_string());
                } else if moment.seconds % 60 != 0 {
                    fields.push(field("%-S"));
                }
                format!("datetime.datetime({})", fields.join(", "))
            }
            Time::Length(_) => {
                let (days, seconds, micros) = self.length();
                let fields = [
                    ("days", days),
                    ("seconds", seconds),
                    ("microseconds", micros),
                ];
                let fields = fields.iter().filter(|(_, number)| *number != 0);
                let fields: Vec<String> = fields.map(|(name, it)| format!("{name}={it}")).collect();
                let all = if fields.is_empty() {
                    "0".to_owned()
                } else {
                    fields.join(", ")
                };
                format!("datetime.timedelta({all})")
            }
        }
    }

    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Time::Moment(_) => "datetime",
            Time::Length(_) => "timedelta",
        }
    }

    /// Days, seconds of the day, microseconds of the second; only the days may be negative.
    fn length(self) -> (i64, i64, i64) {
        let micros = self.micros();
        let seconds = micros.div_euclid(MICROS);
        (
            seconds.div_euclid(DAY),
            seconds.rem_euclid(DAY),
            micros.rem_euclid(MICROS),
        )
    }

    fn micros(self) -> i64 {
        match self {
            Time::Moment(it) => it
                .seconds
                .saturating_mul(MICROS)
                .saturating_add(i64::from(it.microseconds)),
            Time::Length(micros) => micros,
        }
    }

    fn moment(micros: i64) -> Time {
        Time::Moment(Moment {
            seconds: micros.div_euclid(MICROS),
            microseconds: u32::try_from(micros.rem_euclid(MICROS)).unwrap_or(0),
        })
    }

    /// `time.year`, `length.days`
    pub(crate) fn attribute(self, name: &str) -> Option<i64> {
        let Time::Moment(moment) = self else {
            let (days, seconds, micros) = self.length();
            return match name {
                "days" => Some(days),
                "seconds" => Some(seconds),
                "microseconds" => Some(micros),
                _ => None,
            };
        };
        let pattern = match name {
            "year" => "%Y",
            "month" => "%-m",
            "day" => "%-d",
            "hour" => "%-H",
            "minute" => "%-M",
            "second" => "%-S",
            "microsecond" => return Some(i64::from(moment.microseconds)),
            _ => return None,
        };
        moment.show(pattern)?.parse().ok()
    }

    /// Calls a method that needs nothing, or a pattern; `None` where there is none, or only the machine can tell.
    pub(crate) fn call(self, name: &str, pattern: Option<&str>) -> Option<Part> {
        match (self, name) {
            #[expect(clippy::cast_precision_loss, reason = "as Python's total_seconds()")]
            (Time::Length(micros), "total_seconds") => {
                Some(Part::Float(micros as f64 / MICROS as f64))
            }
            (Time::Moment(moment), "strftime") => moment.show(pattern?).map(Part::Text),
            (Time::Moment(_), "isoformat") if pattern.is_none() => Some(Part::Text(self.iso())),
            (Time::Moment(moment), "isoweekday") => {
                Some(Part::Int(moment.show("%u")?.parse().ok()?))
            }
            (Time::Moment(moment), "weekday") => {
                let day: i64 = moment.show("%u")?.parse().ok()?;
                Some(Part::Int(day - 1))
            }
            _ => None,
        }
    }

    pub(crate) fn plus(self, other: Time) -> Option<Time> {
        let sum = self.micros().checked_add(other.micros())?;
        match (self, other) {
            (Time::Moment(_), Time::Moment(_)) => None,
            (Time::Length(_), Time::Length(_)) => Some(Time::Length(sum)),
            _ => Some(Time::moment(sum)),
        }
    }

    pub(crate) fn minus(self, other: Time) -> Option<Time> {
        let rest = self.micros().checked_sub(other.micros())?;
        match (self, other) {
            (Time::Length(_), Time::Moment(_)) => None,
            (Time::Moment(_), Time::Length(_)) => Some(Time::moment(rest)),
            _ => Some(Time::Length(rest)),
        }
    }

    /// Orders moments, or lengths; not both.
    pub(crate) fn order(self, other: Time) -> Option<Ordering> {
        match (self, other) {
            (Time::Moment(_), Time::Moment(_)) | (Time::Length(_), Time::Length(_)) => {
                Some(self.micros().cmp(&other.micros()))
            }
            _ => None,
        }
    }
}

fn shown(moment: Moment, pattern: &str) -> String {
    let whole = moment.show(pattern).unwrap_or_default();
    if moment.microseconds == 0 {
        return whole;
    }
    format!("{whole}.{:06}", moment.microseconds)
}

#[cfg(test)]
mod tests {
    use super::Time;
    use crate::syntax::strftime::parse_time;

    #[test]
    fn times_look_as_in_python() {
        let moment = |text: &str| Time::Moment(parse_time(text, "%Y-%m-%d %H:%M:%S").unwrap());
        let check = |time: Option<Time>, shown: &str, repr: &str| {
            let time = time.unwrap();
            assert_eq!((time.show().as_str(), time.repr().as_str()), (shown, repr));
        };
        let (early, late) = (moment("2015-12-25 00:00:00"), moment("2016-08-14 20:00:12"));
        check(
            Some(late),
            "2016-08-14 20:00:12",
            "datetime.datetime(2016, 8, 14, 20, 0, 12)",
        );
        check(
            late.minus(early),
            "233 days, 20:00:12",
            "datetime.timedelta(days=233, seconds=72012)",
        );
        check(
            early.minus(late),
            "-234 days, 3:59:48",
            "datetime.timedelta(days=-234, seconds=14388)",
        );
        check(
            late.minus(early).and_then(|it| early.plus(it)),
            "2016-08-14 20:00:12",
            "datetime.datetime(2016, 8, 14, 20, 0, 12)",
        );
        assert_eq!(early.plus(late), None);
    }
}
