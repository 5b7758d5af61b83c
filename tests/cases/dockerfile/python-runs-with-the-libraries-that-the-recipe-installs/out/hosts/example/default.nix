# example: poll/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/poll.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # poll/Dockerfile:7 CMD
  services.poll.enable = true;

  system.stateVersion = "26.05";
}
