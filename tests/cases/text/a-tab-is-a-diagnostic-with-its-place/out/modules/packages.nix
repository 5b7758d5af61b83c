# Packages on web.
{ pkgs, ... }:

{
  # site.yml:4 The rest
  environment.systemPackages = [ pkgs.git ];
}
