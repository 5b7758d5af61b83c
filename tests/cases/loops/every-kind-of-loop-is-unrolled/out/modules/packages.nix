# Packages on web.
{ pkgs, ... }:

{
  # site.yml:5 List
  environment.systemPackages = with pkgs; [
    git
    htop
  ];
}
