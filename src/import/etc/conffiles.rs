//! What dpkg remembers of the files below /etc that packages brought: their checksums as shipped.
//!
//! Manual: deb-conffiles(5), dpkg-query(1). /var/lib/dpkg/status has, per package, lines such as
//! ` /etc/host.conf 1fa1f45d... obsolete` below `Conffiles:`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use md5::{Digest, Md5};

/// Per path: the package, and the checksum as shipped.
#[derive(Debug, Default)]
pub(super) struct Conffiles<'a> {
    files: BTreeMap<&'a str, (&'a str, &'a str)>,
}

impl<'a> Conffiles<'a> {
    /// Reads a status file of dpkg.
    pub(super) fn read(status: &'a str) -> Conffiles<'a> {
        let mut files = BTreeMap::new();
        let mut package = "";
        let mut is_list = false;
        for line in status.lines() {
            match line.strip_prefix(' ') {
                Some(entry) if is_list => {
                    let mut words = entry.split_ascii_whitespace();
                    if let (Some(path), Some(sum)) = (words.next(), words.next()) {
                        files.insert(path, (package, sum));
                    }
                }
                Some(_) => {}
                None => {
                    is_list = line.trim_end() == "Conffiles:";
                    if let Some(name) = line.strip_prefix("Package: ") {
                        package = name.trim_end();
                    }
                }
            }
        }
        Conffiles { files }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the package of a file, and whether the bytes are those that were shipped.
    pub(super) fn judge(&self, path: &str, bytes: &[u8]) -> Option<(&'a str, bool)> {
        let (package, sum) = self.files.get(path)?;
        let mut found = String::new();
        for byte in Md5::digest(bytes) {
            let _ = write!(found, "{byte:02x}");
        }
        Some((package, found == *sum))
    }
}

#[cfg(test)]
mod tests {
    use super::Conffiles;

    #[test]
    fn checksums_tell_what_was_changed() {
        let status = "Package: shop\nStatus: install ok installed\nConffiles:\n \
                      /etc/shop.conf 764efa883dda1e11db47671c4a3bbd9e\n /etc/gone 0 obsolete\nDescription: a shop\n \
                      /etc/text 0\n\nPackage: other\nVersion: 1\n";
        let conffiles = Conffiles::read(status);
        assert_eq!(
            conffiles.judge("/etc/shop.conf", b"hi\n"),
            Some(("shop", true))
        );
        assert_eq!(
            conffiles.judge("/etc/shop.conf", b"ho\n"),
            Some(("shop", false))
        );
        assert_eq!(conffiles.judge("/etc/text", b""), None);
    }
}
