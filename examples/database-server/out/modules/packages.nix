# Packages on db1.example.org.
{ pkgs, ... }:

{
  # site.yml:15 Packages
  environment.systemPackages = with pkgs; [
    rsync
    vim
  ];
}
