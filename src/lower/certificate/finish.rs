//! What only the whole plan says of certificates: which sites of NixOS's servers use one.
//!
//! Where a site answers on port 80, its module shows the authority what it asks for, out of a folder of its own; a site
//! that has the certificate's own name orders it itself.

use super::CHALLENGES;
use crate::nix::Expr;
use crate::plan::{Definition, OptionPath, Plan, Setting};

/// Lets the modules of servers say what they say of the certificates of their sites.
pub(in crate::lower) fn finish(plan: &mut Plan) {
    let sites: Vec<(OptionPath, String)> = plan.settings().filter_map(site).collect();
    let shown: Vec<(OptionPath, String)> = sites
        .into_iter()
        .filter(|(site, _)| plan.get(&site.child("onlySSL")).is_none())
        .collect();
    plan.rewrite(|path, expr| {
        let [security, acme, certs, name, option] = path.names() else {
            return None;
        };
        let is_root =
            security == "security" && acme == "acme" && certs == "certs" && option == "webroot";
        let is_other = expr.as_str() != Some(CHALLENGES);
        let is_shown = shown.iter().any(|(_, own)| own == name);
        (is_root && is_other && is_shown).then(|| Expr::str(CHALLENGES))
    });
    for (site, name) in shown {
        order_by_site(&site, &name, plan);
    }
}

/// Returns the site, and the certificate that it uses.
fn site((path, setting): (&OptionPath, &Setting)) -> Option<(OptionPath, String)> {
    let [services, server, hosts, host, option] = path.names() else {
        return None;
    };
    let is_server = matches!(server.as_str(), "nginx" | "httpd");
    if services != "services" || !is_server || hosts != "virtualHosts" || option != "useACMEHost" {
        return None;
    }
    let name = setting.definitions().first()?.expr.as_str()?;
    Some((
        OptionPath::new([services, server, hosts, host]),
        name.to_owned(),
    ))
}

/// Has a site order the certificate of its own name, which its module then says the most of.
fn order_by_site(site: &OptionPath, name: &str, plan: &mut Plan) {
    let cert = OptionPath::new(["security", "acme", "certs", name]);
    let (own, root) = (site.child("useACMEHost"), cert.child("webroot"));
    let has_name = site.names().last().is_some_and(|it| it == name);
    let (Some(Setting::One(uses)), Some(Setting::One(shows))) = (plan.get(&own), plan.get(&root))
    else {
        return;
    };
    if !has_name {
        return;
    }
    let mut definition = Definition {
        expr: Expr::Bool(true),
        ..uses.clone()
    };
    definition.origin.merge(shows.origin.clone());
    let aliases = names(plan.get(&site.child("serverAliases")));
    plan.remove(&own);
    plan.remove(&root);
    plan.remove(&cert.child("group"));
    let others = cert.child("extraDomainNames");
    plan.retain(|path, it| {
        let is_alias = it
            .expr
            .as_str()
            .is_some_and(|it| aliases.iter().any(|own| own == it));
        *path != others || !is_alias
    });
    // The option has no value: what used another certificate orders none.
    let _ = plan.set(site.child("enableACME"), definition);
}

fn names(setting: Option<&Setting>) -> Vec<String> {
    let mut found = Vec::new();
    for definition in setting.into_iter().flat_map(Setting::definitions) {
        if let Expr::List(list) = &definition.expr {
            found.extend(list.iter().filter_map(Expr::as_str));
        } else {
            found.extend(definition.expr.as_str());
        }
    }
    found.into_iter().map(str::to_owned).collect()
}
