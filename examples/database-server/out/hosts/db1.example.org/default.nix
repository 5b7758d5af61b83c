# db1.example.org: inventory `inventory/hosts.yml`, groups db.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/files.nix
    ../../modules/filesystems.nix
    ../../modules/firewall.nix
    ../../modules/locale.nix
    ../../modules/networking.nix
    ../../modules/packages.nix
    ../../modules/security.nix
    ../../modules/services.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # site.yml:7 Name of the host
  networking.hostName = "db1";

  system.stateVersion = "26.05";
}
