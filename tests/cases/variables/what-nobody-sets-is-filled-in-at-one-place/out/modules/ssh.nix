# SSH on web.
{ ... }:

{
  # MANUAL site.yml:27 A rule that would take it for a word: what it means hangs on `root_login`, which the
  #   source does not set.
  #   Give the variable a value (`--extra-vars`), and translate again.
}
