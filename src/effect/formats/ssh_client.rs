//! `ssh-client`: what stands in ssh_config before all that nixos/modules/programs/ssh.nix writes itself.
//!
//! Manual: ssh_config(5). In the tree are the lines in their order, with one blank behind the keyword, in whatever case
//! it is: of each keyword the first line that fits counts, so that the order means something.

use serde_json::Value;

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "ssh-client",
    write: |value| value.as_str().map(|_| plain(value)),
    tree,
};

fn tree(text: &str) -> Result<Value, String> {
    let lines = text.lines().map(str::trim);
    let said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines = said.filter_map(|line| {
        let (keyword, value) = line.split_once([' ', '\t', '=']).unwrap_or((line, ""));
        let keyword = keyword.to_ascii_lowercase();
        let value = value.trim_start_matches([' ', '\t', '=']);
        let value: Vec<&str> = value.split_whitespace().collect();
        // The files of the folder are read by themselves.
        let is_folder = value
            .first()
            .is_some_and(|it| it.starts_with("/etc/ssh/ssh_config.d/"));
        let is_read = keyword == "include" && is_folder;
        (!is_read).then(|| format!("{keyword} {}", value.join(" ")))
    });
    Ok(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn the_sign_behind_a_keyword_means_nothing() {
        check(
            &FORMAT,
            &json!("Host a\n  Port 22\n"),
            "# c\nInclude /etc/ssh/ssh_config.d/*.conf\nhost   a\n\tPort=22\n",
        );
    }
}
