# Packages on web1.
{ pkgs, ... }:

{
  # site.yml:3 Packages
  environment.systemPackages = [ pkgs.git ];
}
