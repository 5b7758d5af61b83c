# Files on box.
{ ... }:

{
  # etc/shop.conf (assumed: what reads it looks there on NixOS too)
  environment.etc."shop.conf".text = ''
    # nobody has a package of this
    listen = 8080
  '';
}
