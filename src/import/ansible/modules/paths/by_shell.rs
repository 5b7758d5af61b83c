//! Edits of files that the source did not write, as lines of a shell: the machine makes them on what is there.
//!
//! Only below folders that NixOS leaves to the machine, such as homes, and only where a shell makes the same of the file:
//! patterns of Python are those of `grep -E` and `sed -E` where they need nothing that these have not.

use crate::syntax::shell::quoted;

/// Folders that are the machine's own.
const FOLDERS: [&str; 7] = [
    "/home/",
    "/mnt/",
    "/opt/",
    "/root/",
    "/srv/",
    "/usr/local/",
    "/var/",
];

/// Folders of which NixOS, or one of its modules, writes the files anew.
const WRITTEN: [&str; 4] = ["/var/lib/", "/var/cache/", "/var/run/", "/var/spool/"];

/// Tells whether a file of this path may be edited where it is.
pub(super) fn is_own(path: &str) -> bool {
    let below = |folders: &[&str]| folders.iter().any(|it| path.starts_with(it));
    below(&FOLDERS) && !below(&WRITTEN)
}

/// Whether the file is made where it is not there: what the skeleton of a home has, NixOS has not.
fn touched(path: &str, creates: bool) -> Option<String> {
    let is_of_home = path.starts_with("/home/") || path.starts_with("/root/");
    (creates || is_of_home).then(|| format!("touch {}\n", quoted(path)))
}

/// `lineinfile`: sets the line in the place of what the pattern finds, else behind all others.
pub(in crate::import::ansible::modules) fn set_line(
    path: &str,
    regexp: Option<&str>,
    line: &str,
    creates: bool,
) -> Option<String> {
    if line.contains('\n') {
        return None;
    }
    let mut script = touched(path, creates).unwrap_or_default();
    let file = quoted(path);
    let append = format!("printf '%s\\n' {} >> {file}", quoted(line));
    let Some(regexp) = regexp else {
        let asks = format!("grep -qxF -e {} {file}", quoted(line));
        script.push_str(&format!("{asks} || {append}"));
        return Some(script);
    };
    let pattern = extended(regexp)?;
    // `c` takes the next line as it is, but for backslashes and the blanks before it.
    let text = line.replace('\\', "\\\\");
    let command = format!("/{}/c\\\n\\{text}", pattern.replace('/', "\\/"));
    let asks = format!("grep -qE -e {} {file}", quoted(&pattern));
    let change = format!("sed -Ei {} {file}", quoted(&command));
    script.push_str(&format!(
        "if {asks}; then\n  {change}\nelse\n  {append}\nfi"
    ));
    (!text.is_empty()).then_some(script)
}

/// `lineinfile` with `state: absent`.
pub(in crate::import::ansible::modules) fn remove_lines(
    path: &str,
    regexp: &str,
) -> Option<String> {
    let pattern = extended(regexp)?.replace('/', "\\/");
    let file = quoted(path);
    let change = format!("sed -Ei {} {file}", quoted(&format!("/{pattern}/d")));
    Some(format!("if [ -e {file} ]; then\n  {change}\nfi"))
}

/// `replace`, in all of the file.
pub(in crate::import::ansible::modules) fn replace(
    path: &str,
    regexp: &str,
    new: &str,
) -> Option<String> {
    if new.contains('\n') || new.contains("\\n") || new.contains("\\g") {
        return None;
    }
    let pattern = extended(regexp)?.replace('/', "\\/");
    let new = new.replace('&', "\\&").replace('/', "\\/");
    let command = quoted(&format!("s/{pattern}/{new}/g"));
    Some(format!("sed -Ei {command} {}", quoted(path)))
}

/// `blockinfile`: sets the block between its marks behind all others, in the place of what was between them.
pub(in crate::import::ansible::modules) fn set_block(
    path: &str,
    marks: (&str, &str),
    block: &str,
    creates: bool,
) -> Option<String> {
    let (begin, end) = marks;
    if begin.contains('\n') || end.contains('\n') || begin == end {
        return None;
    }
    let mut script = touched(path, creates).unwrap_or_default();
    let file = quoted(path);
    let plain = |text: &str| {
        let mut all = String::new();
        for c in text.chars() {
            if ".*[]^$\\/".contains(c) {
                all.push('\\');
            }
            all.push(c);
        }
        all
    };
    let old = format!("/^{}$/,/^{}$/d", plain(begin), plain(end));
    script.push_str(&format!("sed -i {} {file}\n", quoted(&old)));
    let text = format!("{begin}\n{}\n{end}", block.trim_end_matches('\n'));
    script.push_str(&format!("printf '%s\\n' {} >> {file}", quoted(&text)));
    Some(script)
}

/// Returns a pattern of Python in the words of `grep -E`; none where these have no word for a part of it.
fn extended(regexp: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut chars = regexp.chars().peekable();
    let mut in_set = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_set => return None,
            '\\' => match chars.next()? {
                'd' => pattern.push_str("[0-9]"),
                it @ ('s' | 'S' | 'w' | 'W' | 'b') => pattern.extend(['\\', it]),
                't' => pattern.push('\t'),
                it if ".[]{}()*+?^$|\\".contains(it) => pattern.extend(['\\', it]),
                it if it.is_ascii_alphanumeric() => return None,
                it => pattern.push(it),
            },
            '[' if !in_set => {
                in_set = true;
                pattern.push(c);
                // A bracket that stands first is itself.
                if chars.peek() == Some(&'^') {
                    pattern.extend(chars.next());
                }
                if chars.peek() == Some(&']') {
                    pattern.extend(chars.next());
                }
            }
            ']' if in_set => {
                in_set = false;
                pattern.push(c);
            }
            '(' if !in_set && chars.peek() == Some(&'?') => return None,
            '*' | '+' | '?' | '}' if !in_set && chars.peek() == Some(&'?') => return None,
            '\n' => return None,
            c => pattern.push(c),
        }
    }
    (!in_set && !pattern.is_empty()).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::{extended, set_block, set_line};

    fn check(regexp: &str, expected: Option<&str>) {
        assert_eq!(extended(regexp).as_deref(), expected, "{regexp}");
    }

    #[test]
    fn patterns_of_python_are_those_of_grep() {
        check(r"^#?\s*PORT=\d+", Some(r"^#?\s*PORT=[0-9]+"));
        check(r"^a\.b\-c\=[^/]*$", Some(r"^a\.b-c=[^/]*$"));
        check(r"(?i)^x", None);
        check(r"a.*?b", None);
        check(r"[\s]x", None);
        check(r"\Ax", None);
    }

    #[test]
    fn a_line_is_set_once() {
        assert_eq!(
            set_line("/home/ada/.bashrc", None, "alias l='ls'", false).unwrap(),
            "touch /home/ada/.bashrc\ngrep -qxF -e 'alias l='\\''ls'\\''' /home/ada/.bashrc || printf '%s\\n' 'alias l='\\''ls'\\''' >> /home/ada/.bashrc"
        );
        assert_eq!(
            set_line("/opt/a/x.ini", Some("^port="), "port=1\\2", false).unwrap(),
            "if grep -qE -e '^port=' /opt/a/x.ini; then\n  sed -Ei '/^port=/c\\\n\\port=1\\\\2' /opt/a/x.ini\nelse\n  printf '%s\\n' 'port=1\\2' >> /opt/a/x.ini\nfi"
        );
    }

    #[test]
    fn a_block_stands_between_its_marks() {
        assert_eq!(
            set_block("/opt/x", ("# BEGIN a.b", "# END a.b"), "one\ntwo\n", false).unwrap(),
            "sed -i '/^# BEGIN a\\.b$/,/^# END a\\.b$/d' /opt/x\nprintf '%s\\n' '# BEGIN a.b\none\ntwo\n# END a.b' >> /opt/x"
        );
    }
}
