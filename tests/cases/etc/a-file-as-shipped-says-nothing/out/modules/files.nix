# Files on box.
{ ... }:

{
  # etc/shop.conf
  environment.etc."shop.conf".text = ''
    # nobody has a package of this
    listen = 8080
  '';
}
