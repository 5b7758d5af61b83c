# Files on box.
{ ... }:

{
  # etc/shop/db.conf (assumed: the content of `/etc/shop/db.conf` is put into `/run/secrets/db.conf`; what reads
  # it looks there on NixOS too)
  environment.etc."shop/db.conf".source = "/run/secrets/db.conf";

  # etc/ssl/private/shop.key (assumed: the content of `/etc/ssl/private/shop.key` is put into
  # `/run/secrets/shop.key`; what reads it looks there on NixOS too)
  environment.etc."ssl/private/shop.key".source = "/run/secrets/shop.key";

  # MANUAL etc/shadow: it holds the hashes of passwords, which never reach a configuration.
  #   Set users.users.<name>.hashedPasswordFile, or give the passwords anew with passwd.

  # MANUAL etc/ssh/ssh_host_ed25519_key: it is the machine's own key: sshd of NixOS makes a new one when there
  #   is none.
  #   Copy it to /etc/ssh on the new machine, so that those who know the old one know the new one.
}
