# Files on web1.
{ ... }:

{
  # site.yml:4 copy
  systemd.tmpfiles.rules = [ "d /run/php 0755 root root - -" ];
}
