# db1: inventory `hosts`, groups db.
{ lib, ... }:

{
  imports = [
    ../../modules/manual.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "db1";

  # MANUAL site.yml:11 Take a snapshot: no importer for the module `community.acme_disk.snapshot`.
  #   State by options of NixOS what it would do.
  #   name: db

  system.stateVersion = "26.05";
}
