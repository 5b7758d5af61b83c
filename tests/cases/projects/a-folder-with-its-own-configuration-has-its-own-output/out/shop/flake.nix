{
  description = "Translated from shop by ops2nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { nixpkgs, ... }:
    {
      nixosConfigurations = {
        edge = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/edge ];
        };
      };
    };
}
