# Packages on web1.
{ pkgs, ... }:

{
  # site.yml:16 Docker
  environment.systemPackages = [ pkgs.docker ];
}
