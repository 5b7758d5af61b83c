# example: site/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/site.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # MANUAL site/Dockerfile:13 CMD: it runs `nginx` with the files and folders of its image; NixOS runs it by
  #   `services.nginx`, which makes them.
  #   Say by services.nginx what the service is to do, with `enable = true;`: then nothing of this module is
  #     needed.

  system.stateVersion = "26.05";
}
