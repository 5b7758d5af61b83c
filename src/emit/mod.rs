//! Plans to files: what hosts share, which option goes to which file, and how it is laid out.

mod comment;
mod crowd;
mod layout;
mod lines;
mod markdown;
mod own;
mod papers;
#[cfg(test)]
mod properties;
mod secrets;
mod share;
mod sheet;
mod skeleton;
#[cfg(test)]
mod tests;
mod tree;
mod usual;
mod write;

pub use markdown::Markdown;

use std::collections::BTreeMap;
use std::sync::Arc;

use comment::Sources;
use layout::FileNames;
use sheet::{Naming, Page};
use skeleton::{Flake, FlakeHost, FlakeInput, Skeletons, Values};

use crate::account::Account;
use crate::nix::{Asset, Entry, Expr, Value, attr_path, print, print_body};
use crate::parallel;
use crate::plan::{Plan, Way};
use crate::source::SourceTree;

/// The release of NixOS that the output is for.
pub const RELEASE: &str = "26.05";

/// Where a person gives the values that the source leaves open.
const VALUES_FILE: &str = "values.nix";

/// So many pages are laid out side by side.
const MANY_PAGES: usize = 6;

/// The files to write, by path relative to the output folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    pub files: BTreeMap<String, Vec<u8>>,
}

/// How the output looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Comments with the origin of every definition.
    pub origins: Origins,
    /// How secrets get onto the machines.
    pub secrets: Way,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    #[default]
    Shown,
    LeftOut,
}

/// Writes the plans as files, and notes in the account at which lines each item shows.
pub fn emit(plans: &[Plan], tree: &SourceTree, account: &mut Account, options: Options) -> Output {
    let skeletons = Skeletons::new();
    let usual = usual::Usual::of(plans);
    let sheets = share::share(plans, &usual);
    let naming = Naming::of(&sheets);
    let sources = Sources { tree, account };
    let pages: Vec<Page> = parallel::map(&sheets, MANY_PAGES, |sheet| {
        sheet::page(sheet, &naming, sources, &skeletons, options)
    });
    crowd::settle(&pages, account);
    let mut output = Output::default();
    output.add(
        "flake.nix",
        flake(plans, tree, &naming, (&skeletons, options.secrets)),
    );
    if let Some(secrets) = secrets::page(plans, Sources { tree, account }, options.secrets) {
        output.add(
            "secrets/README.md",
            skeletons.secrets(&secrets, options.secrets),
        );
    }
    for (path, text) in secrets::skeletons(plans, options.secrets) {
        output.add(&path, text);
    }
    if let Some(migration) = papers::migration(plans, &pages) {
        output.add("MIGRATION.md", skeletons.migration(&migration));
    }
    if let Some(values) = values(&pages, &skeletons) {
        output.add(VALUES_FILE, values);
    }
    for page in pages {
        output.add(&page.path, page.text);
        for (path, bytes) in page.assets {
            output.files.insert(path, bytes.to_vec());
        }
    }
    output
}

/// Returns the folder of each host's module in the output, by the host's name.
pub fn host_folders<'a>(hosts: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let mut projects: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for host in hosts {
        let (project, name) = host.rsplit_once('/').unwrap_or(("", host));
        projects.entry(project).or_default().push((host, name));
    }
    let mut folders = BTreeMap::new();
    for (project, hosts) in projects {
        let names = FileNames::of(hosts.iter().map(|it| it.1));
        for (host, name) in hosts {
            let folder = format!("hosts/{}", names.get(name));
            folders.insert(host, crate::source::join(project, &folder));
        }
    }
    folders
}

impl Output {
    fn add(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text.into_bytes());
    }
}

/// Writes the file in which a person gives the values that the pages need.
fn values(pages: &[Page], skeletons: &Skeletons) -> Option<String> {
    let all = pages.iter().flat_map(|it| it.values.values());
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for given in all {
        // A path from the root on one host is one on all of them.
        let example = names.entry(&given.name).or_insert(&given.example);
        *example = (*example).min(&given.example);
    }
    let attrs = names.iter().map(|(name, example)| {
        let value = Value::Expr(Expr::str(*example));
        Entry::Bind(vec![(*name).to_owned()], value)
    });
    let attrs: Vec<Entry> = attrs.collect();
    let body = print_body(&attrs, &|_| String::new());
    let raw = skeletons.values(&Values { body });
    (!attrs.is_empty()).then(|| nixfmt_rs::format(&raw).unwrap_or(raw))
}

/// From more on, a flake names its hosts in a list.
const MANY_HOSTS: usize = 6;

fn flake(
    plans: &[Plan],
    tree: &SourceTree,
    naming: &Naming<'_>,
    (skeletons, way): (&Skeletons, Way),
) -> String {
    let has_secrets = plans
        .iter()
        .any(|plan| plan.secrets.iter().any(|it| it.name().is_some()));
    let input = match way {
        Way::Sops if has_secrets => Some(("sops-nix", "github:Mic92/sops-nix", "sops")),
        Way::Agenix if has_secrets => Some(("agenix", "github:ryantm/agenix", "default")),
        Way::Files | Way::Credentials | Way::Sops | Way::Agenix => None,
    };
    let select = |names: &[&str]| {
        let names = names.iter().map(ToString::to_string).collect();
        print(&Expr::Select(names), &|_| String::new())
    };
    let text = |text: String| print(&Expr::str(text), &|_| String::new());
    let folder = |host: &str| {
        let asset = Asset {
            name: format!("./hosts/{}", naming.hosts.get(host)),
            bytes: Arc::from([]),
        };
        print(&Expr::Asset(asset), &|it| it.name.clone())
    };
    let modules: Vec<_> = input
        .iter()
        .map(|(name, _, module)| select(&[name, "nixosModules", module]))
        .collect();
    let is_named = |plan: &Plan| naming.hosts.get(&plan.host) == plan.host;
    let are_alike = plans.len() > MANY_HOSTS && plans.iter().all(is_named);
    let flake = Flake {
        names: plans
            .iter()
            .filter(|_| are_alike)
            .map(|plan| text(plan.host.clone()))
            .collect(),
        modules: modules.clone(),
        description: text(format!("Translated from {} by ops2nix", tree.name())),
        nixpkgs: text(format!("github:NixOS/nixpkgs/nixos-{RELEASE}")),
        inputs: input
            .iter()
            .map(|(name, url, _)| FlakeInput {
                name: select(&[name]),
                url: text((*url).to_owned()),
                follows: text("nixpkgs".to_owned()),
            })
            .collect(),
        hosts: plans
            .iter()
            .map(|plan| FlakeHost {
                name: attr_path(std::slice::from_ref(&plan.host)),
                folder: folder(&plan.host),
                modules: modules.clone(),
            })
            .collect(),
    };
    let raw = skeletons.flake(&flake);
    nixfmt_rs::format(&raw).unwrap_or(raw)
}
