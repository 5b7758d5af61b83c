# Files on box.
{ ... }:

{
  # etc/till.conf (assumed: what reads it looks there on NixOS too)
  environment.etc."till.conf".text = ''
    color = red
  '';
}
