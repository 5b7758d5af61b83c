//! Ports: the one that the service is about is an option; `openFirewall` opens all.
//!
//! An image only says which ports its program listens on, so nothing is opened unless somebody asks for it.

use super::Service;
use crate::lower::statement::{Lowered, Statement};
use crate::model::{Application, ApplicationPort, Command, Protocol, Text};
use crate::nix::{Expr, Operator};
use crate::plan::OptionPath;

/// Below it, a port takes a capability.
const FIRST_FREE: u16 = 1024;

/// Finds the port that the option is for: one that a variable or the command names, else the first.
pub(super) fn main(application: &Application) -> Option<u16> {
    let single: Vec<u16> = application
        .ports
        .iter()
        .map(|it| it.value)
        .filter(|it| it.first == it.last)
        .map(|it| it.first)
        .collect();
    let named = single.iter().find(|port| {
        let text = port.to_string();
        application.environment.iter().any(|it| {
            it.value.name.to_ascii_uppercase().ends_with("PORT")
                && it.value.value.plain() == Some(&text)
        })
    });
    let started = || {
        single.iter().find(|port| match &application.command {
            Some(command) => names(&command.value, **port),
            None => false,
        })
    };
    named.or_else(started).or(single.first()).copied()
}

fn names(command: &Command, port: u16) -> bool {
    let texts: Vec<&Text> = match command {
        Command::Words(words) => words.iter().collect(),
        Command::Script { text, .. } => vec![text],
    };
    let port = port.to_string();
    texts.iter().filter_map(|it| it.plain()).any(|text| {
        text.split(|c: char| !c.is_ascii_digit())
            .any(|it| it == port)
    })
}

/// What lets a user who is not root listen on low ports: for as long as the option is one of them, where it is the only.
fn capability(service: &Service<'_>) -> Expr {
    let capability = Expr::str("CAP_NET_BIND_SERVICE");
    let mut low = service.application.ports.iter().map(|it| it.value);
    let is_fixed = |it: ApplicationPort| {
        it.first < FIRST_FREE && (it.first != it.last || service.port != Some(it.first))
    };
    if !service.follows_port() || low.any(is_fixed) {
        return capability;
    }
    let limit = Expr::Int(i64::from(FIRST_FREE));
    let is_low = Expr::binary(Expr::select("cfg.port"), Operator::Less, limit);
    Expr::only_if(is_low, capability)
}

pub(super) fn lower(port: ApplicationPort, service: &Service<'_>) -> Lowered {
    let mut statement = Statement::default();
    let is_range = port.first != port.last;
    let number = |port: u16| Expr::Int(i64::from(port));
    let is_main = !is_range && service.port == Some(port.first) && service.follows_port();
    let value = if is_range {
        Expr::Attrs(vec![
            ("from".to_owned(), number(port.first)),
            ("to".to_owned(), number(port.last)),
        ])
    } else if is_main {
        Expr::select("cfg.port")
    } else {
        number(port.first)
    };
    let option = match (port.protocol, is_range) {
        (Protocol::Tcp, false) => "allowedTCPPorts",
        (Protocol::Udp, false) => "allowedUDPPorts",
        (Protocol::Tcp, true) => "allowedTCPPortRanges",
        (Protocol::Udp, true) => "allowedUDPPortRanges",
    };
    statement.add(
        OptionPath::new(["networking", "firewall", option]),
        Expr::only_if(Expr::select("cfg.openFirewall"), value),
    );
    if port.first < FIRST_FREE {
        let config = service.unit().child("serviceConfig");
        statement.share(config.child("AmbientCapabilities"), capability(service));
    }
    Lowered::Stated(statement)
}
