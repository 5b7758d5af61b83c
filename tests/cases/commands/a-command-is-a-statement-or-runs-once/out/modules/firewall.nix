# Firewall on web1.
{ ... }:

{
  # site.yml:12 Port
  networking.firewall.allowedTCPPorts = [ 8080 ];
}
