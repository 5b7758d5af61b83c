# Services on web1.
{ ... }:

{
  # site.yml:9 Dumps (assumed: what else stands in `/etc/systemd/coredump.conf` is as NixOS has it)
  systemd.coredump.settings.Coredump.Storage = "none";
}
