# Files: what is the same on web1, web2.
{ ... }:

let
  values = import ../values.nix;
in
{
  # site.yml:12 A variable without a value (assumed: values.nix says what `nobody_set_this` is)
  environment.etc."app.conf".text = ''
    name=${values.nobody_set_this}
  '';

  # MANUAL site.yml:17 A template that does not parse: the template `templates/broken.j2` fails: the end of the
  #   tag comes where an expression is due.
  #   Give what is missing with `--extra-vars` or `--facts`, or state it by hand.
  #   src: broken.j2
  #   dest: /etc/broken.conf

  # MANUAL site.yml:22 A template that is missing: the file `missing.j2` is not in the input (looked for at
  #   templates/missing.j2, missing.j2).
  #   Put the file back, or state what it holds.
  #   src: missing.j2
  #   dest: /etc/missing.conf

  # MANUAL site.yml:49 A parameter that is missing: `template` needs `src`.
  #   dest: /etc/nothing.conf

  # MANUAL site.yml:63 What hangs on it: its content holds the output of the task "Only the machine can tell",
  #   which is known only on the machine.
  #   Write /etc/address with its real content.

  # site.yml:79 A secret from a vault without a password (assumed: the content of `/etc/token` is put into
  # `/run/secrets/token`)
  environment.etc.token.source = "/run/secrets/token";

  # MANUAL site.yml:105 A filter that nobody knows: its content holds the result of the filter `no_such_filter`,
  #   which is known only on the machine.
  #   Write /etc/filtered with its real content.

  # site.yml:110 Strings that Nix could misread
  environment.etc.odd.text = ''
    ''${HOME} '''quoted''' "double" \back $$ ä
      indented
  '';
}
