//! `modules-load`: nixos.conf of modules-load.d, as nixos/modules/system/boot/kernel.nix writes it: names in the order of
//! the alphabet, which the kernel's own dependencies make up for.

use serde_json::{Map, Value};

use super::{Format, each, plain};
use crate::syntax::list;

pub(super) static FORMAT: Format = Format {
    name: "modules-load",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let names = each(value).iter().map(|it| plain(it) + "\n");
    Some(names.collect())
}

fn tree(text: &str) -> Result<Value, String> {
    let names = list::read(text);
    let names = names
        .iter()
        .map(|it| (it.text.to_owned(), Value::Bool(true)));
    Ok(names.collect::<Map<_, _>>().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn names_have_no_order() {
        check(
            &FORMAT,
            &json!(["loop", "br_netfilter"]),
            "# x\nbr_netfilter\nloop\n",
        );
    }
}
