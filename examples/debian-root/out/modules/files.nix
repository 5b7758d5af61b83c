# Files on till.
{ ... }:

{
  # etc/shop/shop.conf (assumed: what reads it looks there on NixOS too)
  environment.etc."shop/shop.conf".text = ''
    # Read by /srv/shop at start.
    currency = "EUR"
    printer = "escpos"
  '';

  # MANUAL etc/shadow: it holds the hashes of passwords, which never reach a configuration.
  #   Set users.users.<name>.hashedPasswordFile, or give the passwords anew with passwd.

  # MANUAL etc/ssh/ssh_host_ed25519_key: it is the machine's own key: sshd of NixOS makes a new one when there
  #   is none.
  #   Copy it to /etc/ssh on the new machine, so that those who know the old one know the new one.
}
