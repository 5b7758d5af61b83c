# Files on box.
{ ... }:

{
  # etc/till.conf
  environment.etc."till.conf".source = "/opt/till.conf";
}
