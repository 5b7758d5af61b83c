# Files on depot.
{ ... }:

{
  # site.yml:21 Folder
  systemd.tmpfiles.rules = [ "d /run/sweep-state 0755 - - -" ];
}
