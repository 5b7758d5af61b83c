# example: tea/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/tea.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # tea/Dockerfile:15 ENTRYPOINT
  services.tea.enable = true;

  system.stateVersion = "26.05";
}
