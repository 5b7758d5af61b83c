# example: tea/Dockerfile and 1 other Dockerfiles.
{ lib, ... }:

{
  imports = [
    ../../modules/services/tea.nix
    ../../modules/services/tea-prod.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # tea/Dockerfile:8 CMD
  services.tea.enable = true;

  # MANUAL: tea/Dockerfile.prod does not say what to start, but the image `python:3.12-slim`.
  #   services.tea-prod = {
  #     enable = true;
  #     command = "…";
  #   };

  system.stateVersion = "26.05";
}
