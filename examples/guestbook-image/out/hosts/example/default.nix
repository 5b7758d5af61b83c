# example: guestbook/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/guestbook.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # guestbook/Dockerfile:25 ENV, :39 CMD
  services.guestbook = {
    enable = true;
    environmentFile = "/run/secrets/guestbook.env";
  };

  system.stateVersion = "26.05";
}
