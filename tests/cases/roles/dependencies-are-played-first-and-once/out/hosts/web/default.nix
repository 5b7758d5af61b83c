# web: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/ssh.nix
    ../../modules/roles/shop.nix
    ../../modules/roles/blog.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
