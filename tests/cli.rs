//! What only a process shows: exit statuses, streams, what is on the disk afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

const PLAYBOOK: &str = "\
- hosts: web
  tasks:
    - name: Name the machine
      ansible.builtin.hostname:
        name: web1
";

const UNKNOWN_MODULE: &str = "\
- hosts: web
  tasks:
    - name: Purge the CDN
      community.acme_cdn.purge:
        zone: shop
";

/// A folder with a project `in`, and beside it the place of its output.
struct Project(TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        fs::create_dir(project.path("in")).unwrap();
        for (path, text) in files {
            let path = project.path("in").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn translate(&self, args: &[&str]) -> Ended {
        let mut all = vec!["translate", "in"];
        all.extend(args);
        self.run(&all)
    }

    fn run(&self, args: &[&str]) -> Ended {
        let output = ops2nix()
            .current_dir(self.0.path())
            .args(args)
            .output()
            .unwrap();
        Ended {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

struct Ended {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn with(self, status: i32, said: &str) -> Ended {
        assert_eq!(self.status, Some(status), "{}", self.stderr);
        assert!(self.stderr.contains(said), "{}", self.stderr);
        self
    }
}

fn ops2nix() -> Command {
    let mut command = Command::cargo_bin("ops2nix").unwrap();
    command.env_remove("NO_COLOR");
    command
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn bad_arguments_are_status_2() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project.run(&["translate"]).with(2, "<INPUT>");
    project.translate(&[]).with(2, "--out");
    project
        .translate(&["--out", "a", "--stdout"])
        .with(2, "cannot be used with");
    project
        .translate(&["--stdout", "--from", "chef"])
        .with(2, "ansible");
    project
        .translate(&["--stdout", "--min-coverage", "many"])
        .with(2, "no number");
    project.run(&["fly"]).with(2, "unrecognized");
}

#[test]
fn help_goes_to_stdout() {
    let project = Project::new(&[]);
    let help = project.run(&["translate", "--help"]).with(0, "");
    assert!(help.stdout.contains("Examples:") && help.stdout.contains("Exit status:"));
    assert!(
        project
            .run(&["--version"])
            .with(0, "")
            .stdout
            .starts_with("ops2nix ")
    );
}

#[test]
fn an_input_that_cannot_be_read_is_status_2() {
    let project = Project::new(&[]);
    project
        .run(&["translate", "none", "--stdout"])
        .with(2, "cannot read none");
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project
        .translate(&["--stdout", "-i", "none"])
        .with(2, "cannot read none");
}

#[test]
fn a_folder_with_nothing_to_translate_is_status_2() {
    let project = Project::new(&[("notes.txt", "")]);
    project
        .translate(&["--out", "out"])
        .with(2, "error[nothing-to-translate]:");
    assert!(!project.path("out").exists());
}

#[test]
fn what_is_printed_is_what_is_written() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    let printed = project.translate(&["--stdout"]).with(0, "").stdout;
    assert!(printed.contains("==> flake.nix <==\n{"), "{printed}");
    project.translate(&["--out", "out"]).with(0, "");
    let flake = fs::read_to_string(project.path("out/flake.nix")).unwrap();
    assert!(printed.contains(&flake));
    assert_eq!(names(&project.path("")), ["in", "out"]);
    assert_eq!(names(&project.path("in")), ["site.yml"]);
}

#[test]
fn a_second_run_writes_nothing() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project.translate(&["--out", "in/nixos"]).with(0, "written");
    let before = fs::metadata(project.path("in/nixos/flake.nix"))
        .unwrap()
        .modified()
        .unwrap();
    project
        .translate(&["--out", "in/nixos"])
        .with(0, "0 files written");
    let after = fs::metadata(project.path("in/nixos/flake.nix"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
    // The output is no input, whatever it is called.
    let other = project.translate(&["--out", "out"]).with(0, "written");
    assert!(!other.stderr.contains("nixos/"), "{}", other.stderr);
}

#[test]
fn what_a_person_changed_is_not_overwritten() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project.translate(&["--out", "out"]).with(0, "");
    fs::write(project.path("out/flake.nix"), "mine").unwrap();
    let said = "1 kept as yours (flake.nix)";
    project.translate(&["--out", "out"]).with(0, said);
    let there = || fs::read_to_string(project.path("out/flake.nix")).unwrap();
    assert_eq!(there(), "mine");
    project
        .translate(&["--out", "out", "--fail-on", "warning"])
        .with(0, said);
    // Another host changes the flake, and all of it is the person's.
    fs::write(project.path("in/site.yml"), PLAYBOOK.replace("web", "db")).unwrap();
    let said = "warning[output-hand-edited]: `flake.nix` was changed by hand";
    project
        .translate(&["--out", "out", "--fail-on", "warning"])
        .with(1, said);
    assert_eq!(there(), "mine");
}

#[test]
fn what_a_person_and_the_sources_changed_is_joined() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project.translate(&["--out", "out"]).with(0, "");
    let host = project.path("out/hosts/web/default.nix");
    let edit = |from: &str, to: &str| {
        let text = fs::read_to_string(&host).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&host, text.replace(from, to)).unwrap();
    };
    edit(
        "  system.stateVersion",
        "  # Mine.\n  time.timeZone = \"UTC\";\n\n  system.stateVersion",
    );
    fs::write(
        project.path("in/site.yml"),
        PLAYBOOK.replace("web1", "web2"),
    )
    .unwrap();
    let shown = project
        .run(&["diff", "in", "--out", "out", "--exit-code"])
        .with(1, "");
    let expected = "web:\n  ~ networking.hostName = \"web1\" -> \"web2\"\n\ndiff --git a/hosts";
    assert!(shown.stdout.starts_with(expected), "{}", shown.stdout);
    let said = "1 joined with your changes (hosts/web/default.nix)";
    project.translate(&["--out", "out"]).with(0, said);
    let text = fs::read_to_string(&host).unwrap();
    assert!(
        text.contains("# Mine.") && text.contains("\"web2\""),
        "{text}"
    );
    // Both change the name.
    edit("\"web2\"", "\"mine\"");
    fs::write(
        project.path("in/site.yml"),
        PLAYBOOK.replace("web1", "web3"),
    )
    .unwrap();
    let shown = project
        .run(&["diff", "in", "--out", "out", "--patch"])
        .with(0, "");
    let said =
        "# hosts/web/default.nix was changed by hand where what is to be written changed too";
    assert!(shown.stdout.starts_with(said), "{}", shown.stdout);
    let said = "warning[output-hand-edited]: `hosts/web/default.nix` was changed by hand where";
    project.translate(&["--out", "out"]).with(0, said);
    assert!(fs::read_to_string(&host).unwrap().contains("\"mine\""));
    project
        .translate(&["--out", "out", "--on-conflict", "markers"])
        .with(0, "choose at each `<<<<<<<`");
    let text = fs::read_to_string(&host).unwrap();
    for part in ["<<<<<<< ours", "\"mine\"", "\"web3\"", ">>>>>>> theirs"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn the_input_itself_is_no_place_for_the_output() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project
        .translate(&["--out", "in"])
        .with(2, "is the input itself");
    assert_eq!(names(&project.path("in")), ["site.yml"]);
}

#[test]
fn limits_make_status_1() {
    let project = Project::new(&[("site.yml", UNKNOWN_MODULE)]);
    project.translate(&["--out", "out"]).with(0, "");
    project
        .translate(&["--out", "out", "--min-coverage", "50"])
        .with(1, "");
    project.translate(&["--out", "out", "--strict"]).with(1, "");
    fs::write(project.path("in/ops2nix.toml"), "strict = true\n").unwrap();
    project.translate(&["--out", "out"]).with(1, "");
    project
        .translate(&["--out", "out", "--fail-on", "never"])
        .with(0, "");
}

#[test]
fn the_configuration_file_is_checked() {
    let project = Project::new(&[("site.yml", PLAYBOOK), ("ops2nix.toml", "stict = true\n")]);
    project.translate(&["--out", "out"]).with(2, "line 1");
}

#[test]
fn reports_are_written_where_they_are_asked_for() {
    let project = Project::new(&[("site.yml", UNKNOWN_MODULE)]);
    let args = [
        "--out",
        "out",
        "--report",
        "out/account.json",
        "--report",
        "account.md",
        "-q",
    ];
    let ended = project.translate(&args).with(0, "");
    assert_eq!(ended.stderr, "");
    let text = fs::read_to_string(project.path("out/account.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["items"][0]["kind"], "ansible-play");
    assert!(
        fs::read_to_string(project.path("account.md"))
            .unwrap()
            .contains("Purge the CDN")
    );
    let manifest = fs::read_to_string(project.path("out/.ops2nix/manifest.json")).unwrap();
    assert!(!manifest.contains("account.json"));
    project
        .translate(&["--out", "out", "--report", "x.pdf"])
        .with(2, ".json");
}

#[test]
fn a_project_below_is_translated_into_its_own_folder() {
    let project = Project::new(&[
        ("site.yml", PLAYBOOK),
        ("shop/ansible.cfg", "[defaults]\n"),
        ("shop/site.yml", UNKNOWN_MODULE),
    ]);
    project
        .translate(&["--out", "out", "--report", "account.json"])
        .with(0, "2 hosts");
    assert!(project.path("out/flake.nix").exists() && project.path("out/shop/flake.nix").exists());
    let text = fs::read_to_string(project.path("account.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["hosts"], serde_json::json!(["web", "shop/web"]));
    let task = &report["items"][1];
    assert_eq!(task["source"]["file"], "shop/site.yml");
    assert_eq!(task["outputs"][0]["file"], "shop/modules/manual.nix");
}

#[test]
fn the_model_can_be_seen() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    let yaml = project
        .translate(&["--dump-model", "yaml"])
        .with(0, "")
        .stdout;
    assert!(yaml.starts_with("version: 1\n"));
    let json = project
        .translate(&["--dump-model", "json"])
        .with(0, "")
        .stdout;
    let model: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(model["machines"][0]["name"], "web");
}

#[test]
fn a_file_that_cannot_be_written_is_status_2() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    fs::write(project.path("out"), "").unwrap();
    project.translate(&["--out", "out"]).with(2, "cannot write");
}

#[test]
fn a_difference_is_shown_and_nothing_is_written() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    let new = project.run(&["diff", "in", "--out", "out", "--exit-code"]);
    let new = new.with(1, "");
    assert!(new.stdout.starts_with("web (new):\n"), "{}", new.stdout);
    assert!(new.stdout.contains("\n--- /dev/null\n+++ b/flake.nix\n"));
    assert!(!project.path("out").exists());
    project.translate(&["--out", "out"]).with(0, "");
    let same = project
        .run(&["diff", "in", "--out", "out", "--exit-code"])
        .with(0, "nothing would change");
    assert_eq!(same.stdout, "");
    fs::write(
        project.path("in/site.yml"),
        PLAYBOOK.replace("web1", "web2"),
    )
    .unwrap();
    let changed = project.run(&["diff", "in", "--out", "out"]).with(0, "");
    let expected = "web:\n  ~ networking.hostName = \"web1\" -> \"web2\"\n\ndiff --git a/";
    assert!(changed.stdout.starts_with(expected), "{}", changed.stdout);
    let stat = project
        .run(&["--color", "always", "diff", "in", "--out", "out", "--stat"])
        .with(0, "");
    let expected =
        " hosts/web/default.nix | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n";
    assert_eq!(stat.stdout, expected);
    let coloured = project
        .run(&["--color", "always", "diff", "in", "--out", "out", "-p"])
        .with(0, "");
    assert!(
        coloured.stdout.contains("\u{1b}[31m-"),
        "{}",
        coloured.stdout
    );
}

#[test]
fn a_difference_leaves_what_is_a_persons() {
    let project = Project::new(&[("site.yml", PLAYBOOK)]);
    project.translate(&["--out", "out"]).with(0, "");
    fs::write(
        project.path("out/flake.nix"),
        "{ token = \"hunter2-hunter2\"; }\n",
    )
    .unwrap();
    let ended = project
        .run(&["diff", "in", "--out", "out", "--exit-code"])
        .with(0, "");
    let said = "# flake.nix was changed by hand: it stays as it is.";
    assert!(ended.stdout.starts_with(said), "{}", ended.stdout);
    assert!(!ended.stdout.contains("hunter2"), "{}", ended.stdout);
    project
        .run(&["diff", "in", "--out", "out", "--report", "x.json"])
        .with(2, "writes nothing");
    project.run(&["diff", "in"]).with(2, "--out");
}

#[test]
fn limits_of_a_difference_are_those_that_are_set() {
    let project = Project::new(&[("site.yml", UNKNOWN_MODULE)]);
    project
        .run(&["diff", "in", "--out", "out"])
        .with(0, "--verbose");
    project
        .run(&["diff", "in", "--out", "out", "--strict"])
        .with(1, "");
}

#[test]
fn modules_are_checked_and_renamed_options_fixed() {
    let old = "{ ... }:\n{\n  boot.cleanTmpDir = true; # keep\n}\n";
    let project = Project::new(&[
        ("old.nix", old),
        ("wrong.nix", "{ services.nginx.enabel = true; }\n"),
        ("notes.txt", "no Nix"),
    ]);
    let both = project.run(&["check", "in"]);
    let both = both.with(1, "error[option-unknown]: `services.nginx.enabel`");
    assert!(both.stderr.contains("--> in/wrong.nix:1:3"));
    assert!(both.stderr.contains("\n2 files, 2 with NixOS modules: "));
    assert_eq!(both.stdout, "");
    let quiet = project.run(&["check", "-q", "in/old.nix"]).with(0, "");
    assert_eq!(quiet.stderr, "");
    project
        .run(&["check", "in/old.nix", "--fail-on", "warning"])
        .with(1, "--fix can rename 1");
    project
        .run(&["check", "in/old.nix", "--fix", "--fail-on", "note"])
        .with(0, "1 renamed");
    let new = fs::read_to_string(project.path("in/old.nix")).unwrap();
    assert_eq!(new, old.replace("cleanTmpDir", "tmp.cleanOnBoot"));
    project.run(&["check", "none"]).with(2, "cannot read none");
    project
        .run(&["check", "in/notes.txt", "--options", "in/notes.txt"])
        .with(2, "this is no options.json");
    fs::create_dir(project.path("empty")).unwrap();
    project
        .run(&["check", "empty"])
        .with(2, "there is no .nix file in empty");
}

#[test]
fn words_are_explained() {
    let project = Project::new(&[]);
    let ended = project
        .run(&["explain", "option-clash", "cron"])
        .with(0, "");
    assert!(
        ended
            .stdout
            .starts_with("option-clash: a code of diagnostics\n")
    );
    assert!(ended.stdout.contains("What to do: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("\ncron: an Ansible module\n"));
    let index = project.run(&["explain"]).with(0, "");
    assert!(index.stdout.contains(" options "), "{}", index.stdout);
    let unknown = project
        .run(&["explain", "manual", "module:lineinfle"])
        .with(2, "like it: `lineinfile` (module)");
    assert!(unknown.stdout.starts_with("manual: a verdict\n"));
}

#[test]
fn hosts_are_evaluated_and_compared() {
    let nixpkgs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nixpkgs");
    let nixpkgs = nixpkgs.to_str().unwrap();
    let project = Project::new(&[(
        "site.yml",
        "- hosts: web\n  connection: local\n  tasks:\n    - ansible.builtin.hostname: {name: web1}\n    \
         - copy: {dest: /etc/shop.conf, content: \"port = 80\\n\"}\n    \
         - timezone: {name: Europe/Berlin}\n",
    )]);
    project.translate(&["--out", "out"]).with(0, "");
    project
        .run(&["verify", "out", "--nixpkgs", "in"])
        .with(2, "it is no nixpkgs");
    project
        .run(&["verify", "in", "--nixpkgs", nixpkgs])
        .with(2, "no host to verify");
    let has_nix = std::process::Command::new("nix-instantiate")
        .arg("--version")
        .output()
        .is_ok();
    let verify = |more: &[&str]| {
        let mut args = vec!["verify", "out", "--nixpkgs", nixpkgs];
        args.extend(more);
        project.run(&args)
    };
    if !has_nix {
        verify(&[]).with(2, "verify needs Nix");
        println!("skipped: there is no nix-instantiate");
        return;
    }
    let alone = verify(&[]).with(0, "give what the folder was translated from");
    assert!(
        alone.stdout.contains("hosts/web: it evaluates\n"),
        "{}",
        alone.stdout
    );
    assert!(
        alone
            .stdout
            .contains("has not these options, which mean nothing there: time")
    );
    let same = verify(&["--source", "in"]).with(0, "");
    assert!(same.stdout.contains(" 0 differences\n"), "{}", same.stdout);
    // What somebody changed by hand shows.
    let host = project.path("out/hosts/web/default.nix");
    let text = fs::read_to_string(&host).unwrap();
    fs::write(&host, text.replace("\"web1\"", "\"web9\"")).unwrap();
    fs::write(
        project.path("out/hosts/web/local.nix"),
        "{ environment.etc.\"mine\".text = \"x\"; }\n",
    )
    .unwrap();
    let changed = verify(&["--source", "in"]).with(1, "");
    for line in [
        "      - networking.hostName = \"web1\"",
        "      + networking.hostName = \"web9\"",
        "    mine\n      + no source asks for it",
    ] {
        assert!(changed.stdout.contains(line), "{}", changed.stdout);
    }
    verify(&["--source", "in", "--fail-on", "never"]).with(0, "");
    fs::write(&host, "{ a = ").unwrap();
    let broken = verify(&[]).with(2, "");
    assert!(
        broken.stdout.contains("hosts/web: it does not evaluate"),
        "{}",
        broken.stdout
    );
}
