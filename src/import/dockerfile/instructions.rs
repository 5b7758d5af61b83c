//! What each instruction of a Dockerfile becomes, for people who ask.

use crate::import::Subject;
use crate::syntax::dockerfile::KEYWORDS;

const MANUAL: &str = "https://docs.docker.com/reference/dockerfile/#";

/// Returns what is known of each instruction.
pub(in crate::import) fn subjects() -> Vec<Subject> {
    KEYWORDS
        .iter()
        .map(|name| Subject {
            name,
            names: std::slice::from_ref(name),
            paths: "",
            becomes: becomes(name),
            manual: format!("{MANUAL}{}", name.to_lowercase()),
        })
        .collect()
}

fn becomes(name: &str) -> &'static str {
    match name {
        "FROM" => {
            "Says whose package names and facts count, and where a stage begins. Only the final stage and what it takes \
             of others is translated."
        }
        "RUN" => {
            "What its commands make: packages, users, groups, folders and files. What is no state is left to you, or \
             kept as a step where it can run on NixOS."
        }
        "CMD" | "ENTRYPOINT" => {
            "The ExecStart of the service's unit: both together, as Docker joins them."
        }
        "COPY" | "ADD" => {
            "What the service's unit needs of the build context. What another stage made, and what ADD fetches, is left \
             to you."
        }
        "ENV" => "The environment of the service's unit, and of the commands that follow.",
        "ARG" => "Steers only: its value, or that of --build-arg, counts in what follows.",
        "EXPOSE" => "A port of the service: its openFirewall opens it.",
        "VOLUME" => "A folder of the service's state, StateDirectory where it is below /var/lib.",
        "WORKDIR" => "The folder that the service's unit runs in.",
        "USER" => "Who the service's unit runs as: the account that the image makes.",
        "HEALTHCHECK" => "A timer that runs the command, as the image says how often.",
        "STOPSIGNAL" => "The KillSignal of the service's unit.",
        "SHELL" => "Steers only: the shell that reads the commands which follow.",
        "LABEL" | "MAINTAINER" => {
            "Steers only: it describes the image, and nothing of NixOS reads it."
        }
        "ONBUILD" => "Nothing here: it counts in the images that are built upon this one.",
        _ => "",
    }
}
