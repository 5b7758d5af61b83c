//! `debconf`: answers to what packages ask when they are installed.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/debconf_module.html>
//!
//! An answer is a line of debconf's own file: the rules for that say what it sets up.

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{FileLine, Resource, Setting, Settings};

pub(super) const MODULE: Module = Module {
    names: &["debconf"],
    collection: "ansible.builtin",
    becomes: "The options that say what the answer sets up, where rules know them, such as time.timeZone for tzdata. \
              Others are left to you: NixOS asks nothing when a package is installed.",
    kind: Kind::Changes,
    run,
};

/// Answers that mean nothing where nothing asks: licences, and how the question itself is put.
const MEANINGLESS: [&str; 5] = [
    "accepted-",
    "/license",
    "debconf/frontend",
    "debconf/priority",
    "/present-",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["vtype", "unseen"]);
    let name = params.required(&["name", "pkg"])?;
    let Some(question) = params.string(&["question", "selection", "setting"])? else {
        run.probe("it only reads the answers of a package");
        return Ok(());
    };
    if MEANINGLESS.iter().any(|it| question.contains(it)) {
        params.pass_over(&["value", "answer"]);
        run.not_needed("no package of NixOS asks when it is installed");
        return Ok(());
    }
    let value = params.text(&["value", "answer"])?.unwrap_or_default();
    if question == "locales/locales_to_be_generated"
        && let Some(list) = value.plain()
    {
        for locale in list.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            run.put(Resource::Setting(Setting {
                of: Settings::LocaleList,
                name: String::new(),
                value: locale.split_whitespace().collect::<Vec<_>>().join("/"),
            }));
        }
        return Ok(());
    }
    let mut line = crate::model::Text::from(format!("{question}: ").as_str());
    line.push(&value);
    run.put(Resource::FileLine(FileLine {
        path: FileLine::DEBCONF.to_owned(),
        section: name,
        place: question.clone(),
        name: question,
        value,
        line,
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn an_answer_is_a_line_of_debconf() {
        check(
            "- debconf: {name: tzdata, question: tzdata/Zones/Europe, value: Oslo, vtype: select}",
            &[
                r#"{"file-line":{"path":"/var/cache/debconf/config.dat","section":"tzdata","name":"tzdata/Zones/Europe","value":"Oslo","line":"tzdata/Zones/Europe: Oslo"}}"#,
            ],
        );
        check(
            "- debconf: {name: locales, question: locales/locales_to_be_generated, value: 'nb_NO.UTF-8 UTF-8', vtype: multiselect}",
            &[r#"{"setting":{"of":"locale-list","value":"nb_NO.UTF-8/UTF-8"}}"#],
        );
    }
}
