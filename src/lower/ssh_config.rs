//! ssh_config and ssh_config.d: `programs.ssh.extraConfig`.
//!
//! Manual: ssh_config(5); nixos/modules/programs/ssh.nix puts the text before all that it writes itself, and of each
//! keyword the first value counts. So all files are one text here too, in the order in which ssh reads them.

use super::machine;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;

const MAIN: &str = "/etc/ssh/ssh_config";
const FOLDER: &str = "/etc/ssh/ssh_config.d/";

/// Lowers a file of ssh's configuration; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    if file.path != MAIN && !is_part(&file.path) {
        return None;
    }
    Some(match joined(machine) {
        Ok(text) if text.is_empty() => Lowered::NotNeeded(
            Code::NoMeaning,
            "it holds nothing but comments and what ssh does anyway".to_owned(),
        ),
        Ok(text) => {
            let mut statement = Statement::default();
            let path = OptionPath::new(["programs", "ssh", "extraConfig"]);
            statement.set(path, Expr::str(text));
            Lowered::Stated(statement)
        }
        Err(left) => Lowered::Manual(
            left.about("programs.ssh.extraConfig")
                .cure("Put what it says into programs.ssh.extraConfig."),
        ),
    })
}

fn is_part(path: &str) -> bool {
    path.strip_prefix(FOLDER)
        .is_some_and(|name| name.ends_with(".conf") && !name.contains('/'))
}

fn joined(machine: &Machine) -> Result<String, Left> {
    let mut parts: Vec<&File> = machine::files(machine)
        .filter(|it| is_part(&it.path))
        .collect();
    parts.sort_by(|a, b| a.path.cmp(&b.path));
    let mut included = String::new();
    for part in parts {
        included.push_str(&lines(plain(part)?, "")?);
    }
    match machine::files(machine).find(|it| it.path == MAIN) {
        Some(main) => lines(plain(main)?, &included),
        None => Ok(included),
    }
}

fn plain(file: &File) -> Result<&str, Left> {
    let Content::Text(text) = &file.content else {
        return Err(Left::new(
            Code::BadInput,
            format!("`{}` is no text", file.path),
        ));
    };
    text.plain().ok_or_else(|| {
        let what = text
            .worst_hole()
            .map_or("what is not known", |hole| &hole.what);
        Left::new(
            Code::ValueUnknown,
            format!("`{}` depends on {what}", file.path),
        )
    })
}

/// Returns the lines that say something; `included` stands where the files of the folder are asked for.
fn lines(text: &str, included: &str) -> Result<String, Left> {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (keyword, value) = line.split_once([' ', '\t', '=']).unwrap_or((line, ""));
        let value = value.trim_start_matches([' ', '\t', '=']);
        if keyword.eq_ignore_ascii_case("include") {
            if value.starts_with(FOLDER) || value.starts_with("ssh_config.d/") {
                out.push_str(included);
                continue;
            }
            if !value.starts_with(['/', '~']) {
                let why = format!("it includes `{value}`, which is not there");
                return Err(Left::new(Code::CannotState, why));
            }
        }
        let is_head = keyword.eq_ignore_ascii_case("host") || keyword.eq_ignore_ascii_case("match");
        let is_inside = !out.is_empty() && out.lines().any(is_block);
        if is_inside && !is_head {
            out.push_str("  ");
        }
        out.push_str(&format!("{keyword} {value}\n"));
    }
    Ok(out)
}

fn is_block(line: &str) -> bool {
    let keyword = line.split_whitespace().next().unwrap_or_default();
    keyword.eq_ignore_ascii_case("host") || keyword.eq_ignore_ascii_case("match")
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check_all, file};

    #[test]
    fn files_are_joined_where_they_are_asked_for() {
        check_all(
            vec![
                file(
                    "/etc/ssh/ssh_config",
                    "# x\nInclude /etc/ssh/ssh_config.d/*.conf\nHost *\n    SendEnv LANG\n#   Port 22\n",
                ),
                file("/etc/ssh/ssh_config.d/a.conf", "Host a\n\tPort=2222\n"),
            ],
            r#"
            programs.ssh.extraConfig = ''
            Host a
            Port 2222
            Host *
            SendEnv LANG
            '';
            "#,
        );
        check_all(
            vec![file("/etc/ssh/ssh_config", "# nothing\n")],
            "not-needed: it holds nothing but comments and what ssh does anyway",
        );
    }
}
