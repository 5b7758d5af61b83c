//! The files that the packages of Debian 12 bring below /etc, and what they hold as shipped, as static tables.

/// A file of a package.
#[derive(Debug)]
pub(super) struct Shipped {
    /// Below /etc.
    path: &'static str,
    pub(super) package: &'static str,
    /// Of what it may hold; none where that is not known.
    pub(super) hashes: &'static [u64],
}

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Finds the file at an absolute path.
pub(super) fn shipped(path: &str) -> Option<&'static Shipped> {
    let below = path.strip_prefix("/etc/")?;
    let at = SHIPPED.binary_search_by(|row| row.path.cmp(below)).ok()?;
    SHIPPED.get(at)
}

/// Returns the packages of Debian that bring a file, or what is in a folder, and whether it is a folder.
pub(in crate::import) fn brought_by(path: &str) -> (Vec<&'static str>, bool) {
    if let Some(found) = shipped(path) {
        return (vec![found.package], false);
    }
    let Some(below) = path.strip_prefix("/etc/") else {
        return (Vec::new(), false);
    };
    let folder = format!("{}/", below.trim_end_matches('/'));
    let start = SHIPPED.partition_point(|row| row.path < folder.as_str());
    let rows = SHIPPED.iter().skip(start);
    let inside = rows.take_while(|row| row.path.starts_with(&folder));
    (inside.map(|row| row.package).collect(), true)
}

/// Returns the hash of what a file says: blanks, empty lines and lines of comments do not count.
///
/// FNV-1a of 64 bits: the table says which file it is, the hash has to tell versions of that file apart.
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut push = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for line in said(bytes) {
        for byte in line.iter().filter(|byte| !is_blank(**byte)) {
            push(*byte);
        }
        push(b'\n');
    }
    hash
}

/// Tells whether a file holds blanks and comments only.
pub(super) fn says_nothing(bytes: &[u8]) -> bool {
    said(bytes).next().is_none()
}

/// Returns the lines that are neither empty nor comments.
fn said(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').filter(|line| {
        let mut inner = line.iter().copied().filter(|byte| !is_blank(*byte));
        match inner.next() {
            None | Some(b'#' | b';') => false,
            Some(b'/') => inner.next() != Some(b'/'),
            Some(_) => true,
        }
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::{SHIPPED, fingerprint, says_nothing, shipped};

    #[test]
    fn the_table_is_sorted() {
        assert!(SHIPPED.is_sorted_by(|a, b| a.path < b.path));
    }

    #[test]
    fn comments_and_blanks_do_not_count() {
        let check = |a: &str, b: &str, same: bool| {
            assert_eq!(fingerprint(a.as_bytes()) == fingerprint(b.as_bytes()), same);
        };
        check("a = 1\n", "# what a is\n\na=1\r\n; b\n// c", true);
        check("a = 1\n", "a = 2\n", false);
        check("a\nb\n", "ab\n", false);
        assert!(says_nothing(b"# a\n\n ;b\n"));
        assert!(!says_nothing(b"#a\n/b\n"));
    }

    #[test]
    fn files_of_packages_are_found() {
        let row = shipped("/etc/host.conf").unwrap();
        assert_eq!(row.package, "base-files");
        assert!(row.hashes.contains(&fingerprint(b"multi on\n")));
        assert!(shipped("/etc/shop.conf").is_none());
    }
}
