# Packages: what is the same on web1, app1.
{ pkgs, ... }:

{
  # site.yml:3 apt, :14 apt
  environment.systemPackages = [ pkgs.php ];
}
