//! `unarchive`: what an archive holds, unpacked by the machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/unarchive_module.html>

use super::{blur, owners};
use crate::import::ansible::modules::kept::{Kept, keep, line_of, push_quoted, texts};
use crate::import::ansible::modules::paths::{
    Asset, Of, Wishes, absolute, base_name, content, find, real, wishes, write_file,
};
use crate::import::ansible::modules::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;
use crate::syntax::shell::quoted;

pub(in crate::import::ansible::modules) const MODULE: Module = Module {
    names: &["unarchive"],
    collection: "ansible.builtin",
    becomes: "A oneshot unit that unpacks the archive once, or while what it `creates` is not there. Programs that were \
              built for other systems need programs.nix-ld.enable.",
    kind: Kind::Changes,
    run,
};

/// Where the archives of the input are put for the unit that unpacks them.
const ARCHIVES: &str = "/var/lib/ops2nix/archives";

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How Ansible goes about it.
    params.pass_over(&["ciphers", "decrypt", "io_buffer_size", "list_files"]);
    let source = params.text(&["src"])?;
    let Some(source) = source else {
        params.required(&["src"])?;
        return Ok(());
    };
    let dest = params.required(&["dest"])?;
    let is_remote =
        params.flag(&["remote_src"])?.unwrap_or(false) || !params.flag(&["copy"])?.unwrap_or(true);
    let creates = params.string(&["creates"])?;
    let excluded = params.list(&["exclude"])?.unwrap_or_default();
    let included = params.list(&["include"])?.unwrap_or_default();
    let keeps_newer = params.flag(&["keep_newer"])?.unwrap_or(false);
    let options = params.list(&["extra_opts"])?.unwrap_or_default();
    let is_checked = params.flag(&["validate_certs"])?.unwrap_or(true);
    let wishes = wishes(params)?;
    let path = real(run, &absolute(run, &dest)?);
    let creates = creates.map(|it| absolute(run, &it)).transpose()?;
    let name = source.plain().unwrap_or_default().to_owned();
    let name = base_name(name.split(['?', '#']).next().unwrap_or_default()).to_owned();
    let is_address = name_is_address(&source);
    let mut script = Text::new();
    let archive = if is_address {
        let archive = format!("/tmp/{name}");
        let mut words = texts(["curl", "-fsSL"]);
        if !is_checked {
            words.push(Text::from("--insecure"));
        }
        words.extend(texts(["-o", &archive]));
        words.push(source);
        script = line_of(&words);
        script.push_str("\n");
        archive
    } else if is_remote {
        real(run, &absolute(run, &known(&source)?)?)
    } else {
        let given = known(&source)?;
        let archive = format!("{ARCHIVES}/{name}");
        let asset = find(run, &given, "files")?;
        let Asset::File(file) = asset else {
            return Err(super::refused(format!(
                "`{given}` is a folder, and no archive"
            )));
        };
        let found = content(run.library.tree, file)?;
        write_file(run, &archive, found, &Wishes::default());
        archive
    };
    let is_zip = name.ends_with(".zip") || name.ends_with(".jar") || name.ends_with(".war");
    let mut words: Vec<&str> = if is_zip {
        vec!["unzip", if keeps_newer { "-uo" } else { "-o" }]
    } else {
        vec!["tar", "-xf", &archive, "-C", &path]
    };
    if keeps_newer && !is_zip {
        words.push("--keep-newer-files");
    }
    words.extend(options.iter().map(String::as_str));
    let excluded_words: Vec<String> = excluded
        .iter()
        .map(|it| format!("--exclude={it}"))
        .collect();
    if is_zip {
        words.push(&archive);
        words.extend(included.iter().map(String::as_str));
        if !excluded.is_empty() {
            words.push("-x");
            words.extend(excluded.iter().map(String::as_str));
        }
        words.extend(["-d", &path]);
    } else {
        words.extend(excluded_words.iter().map(String::as_str));
        words.extend(included.iter().map(String::as_str));
    }
    script.push(&line_of(&texts(words)));
    let strips = options.iter().any(|it| it.contains("strip"));
    attributes(&mut script, (&archive, &path), &wishes, strips || is_zip);
    if is_address {
        script.push_str("\nrm -f");
        push_quoted(&mut script, &Text::from(archive.as_str()));
    }
    let mut kept = Kept::script(script);
    kept.creates = creates;
    keep(kept, run)?;
    blur(run, &path);
    run.returns_changed(vec![
        ("dest", Value::str(&path)),
        ("src", Value::str(&archive)),
    ]);
    Ok(())
}

fn name_is_address(source: &Text) -> bool {
    source.to_string().contains("://")
}

fn known(text: &Text) -> Result<String, Refusal> {
    match (text.worst_hole(), text.plain()) {
        (Some(hole), _) => Err(Refusal::hole(hole)),
        (None, plain) => Ok(plain.unwrap_or_default().to_owned()),
    }
}

/// Appends what gives owner and mode to all that was unpacked: the files that the archive lists, or the whole folder
/// where they were renamed on the way.
fn attributes(script: &mut Text, (archive, path): (&str, &str), wishes: &Wishes, is_whole: bool) {
    let mut set = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|it| quoted(it)).collect();
        if is_whole {
            script.push_str(&format!("\n{} -R {} {}", words[0], words[1], quoted(path)));
        } else {
            let (archive, path) = (quoted(archive), quoted(path));
            script.push_str(&format!(
                "\ntar -tf {archive} | (cd {path} && xargs -d '\\n' {})",
                words.join(" ")
            ));
        }
    };
    if let Some(owners) = owners(wishes) {
        set(&["chown", &owners]);
    }
    if let Some(mode) = &wishes.mode {
        let mode = mode.over(crate::model::Mode(0o755), Of::Folder).octal();
        set(&["chmod", &mode]);
    }
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn an_archive_is_unpacked_by_the_machine() {
        check(
            "- unarchive: {src: 'https://example.org/shop.tgz', dest: /opt, remote_src: true, creates: /opt/shop, extra_opts: [--strip-components=1]}",
            &[
                r#"{"step":{"name":"unarchive","command":{"script":{"shell":"/bin/sh","text":"curl -fsSL -o /tmp/shop.tgz https://example.org/shop.tgz\ntar -xf /tmp/shop.tgz -C /opt --strip-components=1\nrm -f /tmp/shop.tgz"}},"environment":[],"creates":"/opt/shop","after":[]}}"#,
            ],
        );
        check(
            "- unarchive: {src: /srv/a.tar.gz, dest: /srv/a, remote_src: true, owner: ada}",
            &[
                r#"{"step":{"name":"unarchive","command":{"script":{"shell":"/bin/sh","text":"tar -xf /srv/a.tar.gz -C /srv/a\ntar -tf /srv/a.tar.gz | (cd /srv/a && xargs -d '\\n' chown ada)"}},"environment":[],"after":[]}}"#,
            ],
        );
    }
}
