# Packages: what is the same on web1, web2.
{ pkgs, ... }:

{
  # site.yml:3 Shared
  environment.systemPackages = [ pkgs.git ];
}
