# Files on box.
{ ... }:

{
  # etc/till.conf
  environment.etc."till.conf".text = ''
    color = red
  '';
}
