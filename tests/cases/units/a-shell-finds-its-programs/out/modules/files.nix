# Files on vault.
{ pkgs, ... }:

{
  # site.yml:4 Script
  systemd.tmpfiles.rules = [
    "L+ /usr/local/bin/copy-photos - - - - ${pkgs.writeScript "copy-photos" ''
      #!${pkgs.bash}/bin/bash
      set -e
      rsync -a /srv/photos/ /mnt/photos/
      find /mnt/photos -name '*.tmp' | xargs rm -f
      curl -fsS https://ping.example.org/photos
    ''}"
  ];
}
