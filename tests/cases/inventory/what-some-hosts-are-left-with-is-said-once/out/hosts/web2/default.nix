# web2: inventory `hosts`, groups web.
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

  networking.hostName = "web2";

  system.stateVersion = "26.05";
}
