# example: desk/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/desk.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # desk/Dockerfile:16 CMD
  services.desk.enable = true;

  system.stateVersion = "26.05";
}
