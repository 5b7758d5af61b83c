# web2: inventory `hosts`.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/manual.nix
    ../../modules/packages.nix
    ../../modules/services.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
    ../../modules/roles/good.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web2";

  system.stateVersion = "26.05";
}
