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
        .with(2, "error[nothing-to-translate]");
    assert!(!project.path("out").exists());
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
fn the_configuration_file_is_checked() {
    let project = Project::new(&[("site.yml", PLAYBOOK), ("ops2nix.toml", "stict = true\n")]);
    project.translate(&["--out", "out"]).with(2, "line 1");
}
