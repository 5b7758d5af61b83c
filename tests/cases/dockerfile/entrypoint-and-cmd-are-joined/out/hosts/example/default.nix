# example: exec/Dockerfile and 2 other Dockerfiles.
{ lib, ... }:

{
  imports = [
    ../../modules/services/exec.nix
    ../../modules/services/reset.nix
    ../../modules/services/shell.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # exec/Dockerfile:3 ENTRYPOINT, :4 CMD
  services.exec.enable = true;

  # reset/Dockerfile:6 ENTRYPOINT
  services.reset.enable = true;

  # shell/Dockerfile:4 ENTRYPOINT
  services.shell.enable = true;

  system.stateVersion = "26.05";
}
