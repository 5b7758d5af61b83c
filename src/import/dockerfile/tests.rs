//! What whole Dockerfiles ask for, as far as it is neither RUN nor a file.

use super::{IMPORTER, Options};
use crate::account::Account;
use crate::diag::Diagnostics;
use crate::import::Options as ImportOptions;
use crate::model::{Application, Command, Resource, SourceFrom};
use crate::source::SourceTree;

fn import(text: &str, options: Options) -> (Application, String) {
    let texts = [("Dockerfile", text), ("server.js", ""), ("conf/a", "")];
    let tree = SourceTree::from_texts("shop", &texts);
    let (mut account, mut diags) = (Account::new(), Diagnostics::new());
    let options = ImportOptions {
        given: vec!["Dockerfile".to_owned()],
        dockerfile: options,
        ..ImportOptions::default()
    };
    let model = (IMPORTER.import)(&tree, &options, &mut account, &mut diags);
    let said: Vec<String> = diags.sorted().iter().map(|it| it.message.clone()).collect();
    let mut application = None;
    for entry in &model.machines[0].entries {
        if let Resource::Application(it) = &entry.resource {
            application = Some((**it).clone());
        }
    }
    (application.unwrap(), said.join("; "))
}

fn shown(application: &Application) -> String {
    let mut out = Vec::new();
    match application.command.as_ref().map(|it| &it.value) {
        Some(Command::Words(words)) => {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            out.push(format!("runs {}", words.join("|")));
        }
        Some(Command::Script { shell, text }) => out.push(format!("{shell} runs {text}")),
        None => {}
    }
    out.extend(
        application
            .directory
            .iter()
            .map(|it| format!("in {}", it.value)),
    );
    out.extend(application.user.iter().map(|it| format!("as {}", it.value)));
    out.extend(
        application
            .group
            .iter()
            .map(|it| format!("of {}", it.value)),
    );
    let variables = application.environment.iter().map(|it| &it.value);
    out.extend(variables.map(|it| format!("{}={}", it.name, it.value)));
    let ports = application.ports.iter().map(|it| it.value);
    out.extend(ports.map(|it| format!("port {}-{} {:?}", it.first, it.last, it.protocol)));
    out.extend(
        application
            .packages
            .iter()
            .map(|it| format!("+{}", it.value.name)),
    );
    out.extend(
        application
            .state
            .iter()
            .map(|it| format!("keeps {}", it.value)),
    );
    out.extend(application.source.iter().map(|it| {
        let from = match &it.value.from {
            SourceFrom::Context(from) => format!("context {from}"),
            SourceFrom::Stage(from) => format!("stage {from}"),
            SourceFrom::Image(from) => format!("image {from}"),
            SourceFrom::Address(from) => format!("address {from}"),
        };
        format!("{} from {from}", it.value.path)
    }));
    out.extend(application.stop_signal.iter().map(|it| it.value.clone()));
    out.join("; ")
}

fn check(text: &str, expected: &str) {
    let (application, said) = import(text, Options::default());
    let mut found = shown(&application);
    if !said.is_empty() {
        found.push_str(" // ");
        found.push_str(&said);
    }
    assert_eq!(found, expected, "{text}");
}

#[test]
fn entrypoint_and_cmd_are_joined_as_docker_does() {
    for (text, expected) in [
        ("ENTRYPOINT [\"a\"]\nCMD [\"b\", \"c\"]", "runs a|b|c"),
        ("ENTRYPOINT [\"a\"]\nCMD b c", "runs a|/bin/sh|-c|b c"),
        ("ENTRYPOINT a\nCMD [\"b\"]", "/bin/sh runs a"),
        ("CMD a $x", "/bin/sh runs a $x"),
        (
            "SHELL [\"/bin/bash\", \"-e\", \"-c\"]\nCMD a",
            "runs /bin/bash|-e|-c|a",
        ),
        ("CMD [\"a\"]\nCMD [\"b\"]", "runs b"),
        ("CMD [\"a\"]\nENTRYPOINT [\"b\"]", "runs b|a"),
        ("CMD [\"a\"]\nENTRYPOINT []", "runs a"),
        (
            "ENTRYPOINT [\"tini\", \"--\", \"a\"]\nCMD [\"b\"]",
            "runs a|b",
        ),
    ] {
        check(&format!("FROM debian\n{text}\n"), expected);
    }
    check(
        "FROM debian AS x\nCMD [\"a\"]\nFROM x\nENTRYPOINT [\"b\"]\n",
        "runs b",
    );
    check(
        "FROM debian AS x\nENTRYPOINT [\"b\"]\nFROM x\nCMD [\"a\"]\n",
        "runs b|a",
    );
}

#[test]
fn variables_have_their_scope() {
    check(
        "ARG V=1\nFROM debian:$V\nARG V\nARG W=$V.2\nENV A=$W B=\"$A x\" A=3\nENV C=$A\nCMD [\"a\"]",
        "runs a; A=3; B= x; C=3 // `$A` has no value, and is empty",
    );
    check(
        "FROM debian\nARG V\nENV A=${V:-d} B=$V\nCMD [\"a\"]",
        "runs a; A=d; B=<unknown: the build argument V, which has no value>",
    );
    check(
        "FROM debian\nARG TARGETARCH\nENV A=$TARGETARCH\nCMD [\"a\"]",
        "runs a; A=amd64",
    );
    check(
        "FROM debian\nENV DB_PASSWORD=x1 URL=https://a:b@c/d\nCMD [\"a\"]",
        "runs a; DB_PASSWORD=<secret: the value of DB_PASSWORD>; URL=https://a:<secret: the password of a command or an address>@c/d",
    );
    check(
        "FROM $BASE\nCMD [\"a\"]",
        "runs a // the image `$BASE` is not known: BASE has no value",
    );
    let options = Options {
        build_args: vec![("V".to_owned(), Some("9".to_owned()))],
        ..Options::default()
    };
    let (application, _) = import("FROM debian\nARG V=1\nENV A=$V\n", options);
    assert_eq!(shown(&application), "runs bash; A=9");
}

#[test]
fn what_an_image_says_of_its_application() {
    check(
        "FROM node:22\nRUN mkdir -p /srv/app/node_modules /srv/app/data\nWORKDIR /srv/app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
        "runs node|server.js; in /srv/app; +nodejs; keeps /srv/app/data; /srv/app from context .",
    );
    check(
        "FROM node:20-alpine\nWORKDIR /a\nWORKDIR b\nUSER x:y\nEXPOSE 80 53/udp 8000-8002\nVOLUME [\"/d\", \"/e\"]\nSTOPSIGNAL SIGINT\nCMD [\"node\"]",
        "runs node; in /a/b; as x; of y; port 80-80 Tcp; port 53-53 Udp; port 8000-8002 Tcp; +nodejs; keeps /d; keeps /e; SIGINT",
    );
    check("FROM debian\nEXPOSE x\nCMD [\"a\"]", "runs a");
}

#[test]
fn files_come_from_the_context_a_stage_or_an_image() {
    check(
        "FROM golang:1 AS b\nRUN make\nFROM debian\nWORKDIR /app\nCOPY . .\nCOPY server.js ./x.js\nCOPY conf sub/\nCOPY --from=b /out/a.bin /usr/local/bin/\nCOPY --from=0 /out/lib ./lib\nCOPY --from=alpine:3 /bin/busybox /\nCMD [\"a\"]",
        "runs a; in /app; /app from context .; /app/x.js from context server.js; /app/sub from context conf; /usr/local/bin/a.bin from stage b:/out/a.bin; /app/lib from stage b:/out/lib; /busybox from image alpine:3:/bin/busybox",
    );
    check(
        "FROM debian\nCOPY gone /a/\nCMD [\"a\"]",
        "runs a // `gone` is not in the build context",
    );
}

#[test]
fn a_stage_can_be_chosen() {
    let text = "FROM debian AS one\nENV A=1\nFROM one AS two\nENV B=2\nFROM alpine\nENV C=3\n";
    let of = |target: &str| {
        let options = Options {
            target: Some(target.to_owned()),
            ..Options::default()
        };
        let (application, said) = import(text, options);
        format!("{} {said}", shown(&application))
    };
    assert_eq!(of("ONE"), "runs bash; A=1 ");
    assert_eq!(of("1"), "runs bash; A=1; B=2 ");
    assert_eq!(
        of("x"),
        "runs sh; C=3 there is no stage `x`; the last one is translated"
    );
}
