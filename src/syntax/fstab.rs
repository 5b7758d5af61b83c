//! fstab: what is mounted where.
//!
//! Manual: fstab(5)

use super::place::{BLANKS, lines};
use super::{Fault, Place};

/// A line of fstab; blanks in its fields are blanks, no escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    pub device: String,
    /// The mount point; `none` or `swap` for swap.
    pub path: String,
    pub fstype: String,
    /// Without `defaults`, which says nothing.
    pub options: Vec<String>,
    pub passno: u32,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fstab {
    pub mounts: Vec<Mount>,
    pub faults: Vec<Fault>,
}

pub fn read(text: &str) -> Fstab {
    let mut it = Fstab::default();
    for (place, line) in lines(text) {
        let line = line.trim_matches(BLANKS);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match read_line(line, place) {
            Ok(mount) => it.mounts.push(mount),
            Err(why) => it.faults.push(Fault::new(place, why)),
        }
    }
    it
}

fn read_line(line: &str, place: Place) -> Result<Mount, String> {
    let mut fields = line.split(BLANKS).filter(|field| !field.is_empty());
    let (Some(device), Some(path), Some(fstype)) = (fields.next(), fields.next(), fields.next())
    else {
        return Err("a mount has at least a device, a path and a file system".to_owned());
    };
    let options = fields.next().unwrap_or("defaults");
    // The fifth field is for dump(8); the line may end before it.
    let passno = match fields.nth(1) {
        None => 0,
        Some(field) => field
            .parse()
            .map_err(|_| format!("the sixth field `{field}` is no number"))?,
    };
    Ok(Mount {
        device: unescape(device),
        path: unescape(path),
        fstype: unescape(fstype),
        options: unescape(options)
            .split(',')
            .filter(|option| !option.is_empty() && *option != "defaults")
            .map(str::to_owned)
            .collect(),
        passno,
        place,
    })
}

/// fstab(5): a blank is written `\040`, a tab `\011`, a line break `\012`, a backslash `\134`.
fn unescape(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut rest = field;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let digits = rest.get(at + 1..at + 4).unwrap_or_default();
        let code = digits
            .bytes()
            .all(|b| (b'0'..=b'7').contains(&b))
            .then(|| u8::from_str_radix(digits, 8).ok())
            .flatten();
        match code {
            Some(code) if code.is_ascii() => {
                out.push(char::from(code));
                rest = &rest[at + 4..];
            }
            Some(_) | None => {
                out.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .mounts
            .iter()
            .map(|it| {
                format!(
                    "{}: {} on {} type {} ({}) {}",
                    it.place.line,
                    it.device,
                    it.path,
                    it.fstype,
                    it.options.join(","),
                    it.passno
                )
            })
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn fields_are_read() {
        check(
            "# device\nUUID=1-2 / ext4 errors=remount-ro,noatime 0 1\n\tnas:/data\t/srv/data nfs",
            &[
                "2: UUID=1-2 on / type ext4 (errors=remount-ro,noatime) 1",
                "3: nas:/data on /srv/data type nfs () 0",
            ],
        );
        check(
            "/swapfile none swap sw 0 0",
            &["1: /swapfile on none type swap (sw) 0"],
        );
    }

    #[test]
    fn escapes_are_octal() {
        check(
            "//nas/my\\040files /mnt/my\\040files cifs defaults,x=\\134 0 0",
            &["1: //nas/my files on /mnt/my files type cifs (x=\\) 0"],
        );
        check("a /\\9x\\ auto", &["1: a on /\\9x\\ type auto () 0"]);
    }

    #[test]
    fn a_short_line_is_a_fault() {
        check(
            "/dev/sda1 /",
            &["1! a mount has at least a device, a path and a file system"],
        );
        check("a / b c 0 x", &["1! the sixth field `x` is no number"]);
    }
}
