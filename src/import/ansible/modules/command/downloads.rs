//! `curl -o` and `wget -O`: a file that is fetched from the network, as `get_url` does.
//!
//! Manuals: <https://curl.se/docs/manpage.html>, <https://www.gnu.org/software/wget/manual/wget.html>

use super::calls::{Call, call};

/// Options that say how a file is fetched and what is told of it.
const MANNER: [&str; 17] = [
    "--compressed",
    "--continue",
    "--create-dirs",
    "--fail",
    "--https-only",
    "--location",
    "--no-progress-meter",
    "--no-verbose",
    "--progress-bar",
    "--quiet",
    "--remote-time",
    "--show-error",
    "--silent",
    "--tlsv1.2",
    "--verbose",
    "-4",
    "-nv",
];

/// The same with a value.
const VALUED: [&str; 6] = [
    "--connect-timeout",
    "--max-time",
    "--proto",
    "--retry",
    "--timeout",
    "--tries",
];

/// Returns the call that a command stands for which fetches one file to a place of its own.
pub(super) fn of(program: &str, arguments: &[&str]) -> Option<Call> {
    let (short, long, manner) = match program {
        "curl" => ('o', "--output", "#fgLsSv"),
        _ => ('O', "--output-document", "cqv"),
    };
    let (mut url, mut dest) = (None, None);
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        let letters = word
            .strip_prefix('-')
            .filter(|it| !it.is_empty() && !it.starts_with('-'));
        if MANNER.contains(&word) {
            continue;
        }
        if VALUED.contains(&word) {
            words.next()?;
        } else if word == long {
            dest = Some(words.next()?);
        } else if let Some(value) = word.strip_prefix(long).and_then(|it| it.strip_prefix('=')) {
            dest = Some(value);
        } else if let Some(letters) = letters {
            // The value of the last letter of a group is the next word.
            let rest = letters.strip_suffix(short);
            if !rest
                .unwrap_or(letters)
                .chars()
                .all(|it| manner.contains(it))
            {
                return None;
            }
            if rest.is_some() {
                dest = Some(words.next()?);
            }
        } else if word.starts_with('-') || url.replace(word).is_some() {
            return None;
        }
    }
    let (url, dest) = (url?, dest?);
    let is_known = dest.starts_with('/')
        && !dest.starts_with("/dev/")
        && !dest.ends_with('/')
        && is_public(url)
        && ![url, dest]
            .iter()
            .any(|it| it.contains(['$', '`', '*', '{']));
    is_known.then(|| call("get_url", &[("url", url), ("dest", dest)]))
}

/// Tells whether an address is one of the network at large: what a service of the machine answers is not fetched when it
/// is built.
fn is_public(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        let name = host.rsplit_once('.').map(|(_, last)| last);
        name.is_some_and(|last| last.chars().all(|it| it.is_ascii_alphabetic()) && last != "local")
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    fn check(line: &str, expected: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let (program, arguments) = words.split_first().unwrap();
        let found = of(program, arguments).map(|it| {
            let params = it
                .params
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            params.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(found.unwrap_or_default(), expected, "{line}");
    }

    #[test]
    fn a_file_that_is_fetched_to_its_place_is_one_of_get_url() {
        for line in [
            "curl -L https://example.org/x -o /opt/x",
            "curl -fsSLo /opt/x https://example.org/x",
            "curl --silent --output /opt/x --retry 3 https://example.org/x",
            "wget -q -O /opt/x https://example.org/x",
            "wget -qO /opt/x https://example.org/x",
            "wget --output-document=/opt/x https://example.org/x",
        ] {
            check(line, "url=https://example.org/x dest=/opt/x");
        }
    }

    #[test]
    fn what_says_more_is_kept() {
        for line in [
            "curl https://example.org/x",
            "curl -LO https://example.org/x",
            "curl -X POST -o /opt/x https://example.org/x",
            "curl -o /opt/x http://localhost:9200/x",
            "curl -o /opt/x http://192.0.2.1/x",
            "curl -o x https://example.org/x",
            "curl -o /opt/x https://example.org/$V",
            "curl -o /opt/x https://example.org/x https://example.org/y",
            "wget -O - https://example.org/x",
        ] {
            check(line, "");
        }
    }
}
