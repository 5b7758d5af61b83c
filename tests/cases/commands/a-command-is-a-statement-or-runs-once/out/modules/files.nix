# Files on web1.
{ pkgs, ... }:

{
  # site.yml:10 Folder, :48 A script of Debian's
  systemd.tmpfiles.rules = [
    "d /srv/shop 0750 - - -"
    "L+ /usr/local/bin/refresh - - - - ${pkgs.writeScript "refresh" ''
      #!/bin/sh
      apt-get update
    ''}"
  ];
  # MANUAL site.yml:48 A script of Debian's: the script runs `apt-get`, which NixOS does not have: NixOS takes
  #   its packages from environment.systemPackages and its modules.
  #   Take these lines out of it, and state what they do.

  # site.yml:48 A script of Debian's
  environment.profiles = [ "/usr/local" ];
}
