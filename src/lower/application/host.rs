//! What the host says: that it has the service, and where its secrets are; or what it has to give before.

use super::command::Refused;
use super::{Service, service_name};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::lower::ctx::Ctx;
use crate::model::Entry;
use crate::model::{self, Part};
use crate::nix::Expr;

impl Service<'_> {
    /// Says what a host has to give before it can enable the service: the option, and why.
    pub(super) fn gate(&self) -> Option<(&'static str, String)> {
        let described = &self.application.described;
        match (&self.start, &self.own) {
            (Ok(_), Some(own)) if own.attr.is_none() => Some((
                "package",
                format!(
                    "no package is known here that has the program `{}`",
                    own.program
                ),
            )),
            (Ok(_), _) => None,
            (Err(Refused::Absent), _) => {
                let base = self.application.base.as_deref();
                let base = base.map_or_else(String::new, |it| format!(", but the image `{it}`"));
                Some((
                    "command",
                    format!("{described} does not say what to start{base}"),
                ))
            }
            (Err(Refused::Interactive(program)), _) => Some((
                "command",
                format!("{described} starts only `{program}`, which waits for somebody who types"),
            )),
            (Err(Refused::Left(left)), _) => Some(("command", left.reason.clone())),
        }
    }

    /// States what the host says: that it has the service, and where its secrets are.
    pub(super) fn host(&self, ctx: &mut Ctx<'_>) {
        let on_host = |mut entry: Entry| {
            entry.part = Part::Host;
            entry
        };
        match (self.gate(), &self.application.variant_of) {
            (None, Some(other)) => {
                let other = service_name(other);
                let entry = on_host(self.asked());
                let reason = format!(
                    "it is another form of `{other}`, which is enabled: a machine has the one or the other"
                );
                let message = format!("`{}` is not enabled: {reason}", self.name);
                ctx.say(&entry, diag::Code::ServiceNotEnabled, message);
                let lines = vec![format!("services.{}.enable = true;", self.name)];
                ctx.remark(&entry, Some(self.option("enable")), &reason, lines);
            }
            (None, None) => ctx.set(
                &on_host(self.asked()),
                self.option("enable"),
                Expr::Bool(true),
            ),
            (Some((option, reason)), _) => {
                let entry = on_host(self.asked());
                let hint = match option {
                    "package" => "pkgs.…",
                    _ => "\"…\"",
                };
                let mut lines = vec![
                    format!("services.{} = {{", self.name),
                    "  enable = true;".to_owned(),
                    format!("  {option} = {hint};"),
                    "};".to_owned(),
                ];
                let about = Some(self.option("enable"));
                if let Err(Refused::Left(left)) = &self.start
                    && left.code == Code::ServiceConfig
                {
                    lines = left.cure.iter().cloned().collect();
                }
                match &self.start {
                    Ok(_) | Err(Refused::Left(_)) => {
                        let code = match &self.start {
                            Err(Refused::Left(left)) => left.code,
                            Ok(_) | Err(_) => Code::PackageUnknown,
                        };
                        ctx.close(&entry, Verdict::Manual, code, &reason);
                    }
                    Err(Refused::Absent | Refused::Interactive(_)) => {}
                }
                let message = format!("`{}` is not enabled: {reason}", self.name);
                let mut place = entry.clone();
                if matches!(&self.start, Err(Refused::Left(left)) if left.code == Code::ValueSecret)
                {
                    // The line of the source would show the secret.
                    place.origin = model::Origin::default();
                }
                ctx.say(&place, diag::Code::ServiceNotEnabled, message);
                ctx.remark(&entry, about, &reason, lines);
            }
        }
        for secret in self.secrets() {
            let entry = on_host(self.part(secret));
            ctx.set(
                &entry,
                self.option("environmentFile"),
                Expr::str(self.secret_file()),
            );
        }
    }
}
