# Packages on web.
{ pkgs, ... }:

{
  # site.yml:5 The rest
  environment.systemPackages = [ pkgs.git ];
}
