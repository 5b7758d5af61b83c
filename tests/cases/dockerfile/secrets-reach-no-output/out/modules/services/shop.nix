# Service `shop`, from shop/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.shop;
in
{
  options.services.shop = {
    enable = lib.mkEnableOption "shop";

    command = lib.mkOption {
      type = lib.types.str;
      description = "Command line that starts the service.";
    };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of shop, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/shop.env";
      description = "File with environment variables that must not reach the Nix store: `DB_PASSWORD`, `DATABASE_URL`.";
    };
  };

  config = lib.mkIf cfg.enable {
    # shop/Dockerfile:1 FROM, :3 ENV, :12 CMD
    systemd.services.shop = {
      description = "shop";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      path = [ pkgs.python312 ];
      environment = {
        DB_HOST = "db.example.org";
      }
      // cfg.environment;
      serviceConfig = {
        # Assumed: `shop` does not need the rights of root.
        User = "shop";
        Group = "shop";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        ExecStart = cfg.command;
        Restart = "on-failure";
      };
    };

    # MANUAL shop/Dockerfile:5 RUN: it fetches https://shop:<secret: the password of a command or an
    #   address>@files.example.org/a.tgz?..., unpacks with `tar`.
    #   Find it in nixpkgs, or package it: pkgs.fetchurl and its like fetch with a hash.

    # shop/Dockerfile:12 CMD
    users.users.shop = {
      isSystemUser = true;
      group = "shop";
    };
    users.groups.shop = { };

    # shop/Dockerfile:6 RUN (assumed: what reads it looks there on NixOS too; the content of `/etc/shop.conf` is
    # put into `/run/secrets/shop.conf`)
    environment.etc."shop.conf".source = "/run/secrets/shop.conf";

    # MANUAL shop/Dockerfile:7 RUN: it sets a password.
    #   State what it makes, or run it before the service starts.

    # shop/Dockerfile:8 COPY (assumed: what reads it looks there on NixOS too; the content of `/etc/shop.ini` is
    # put into `/run/secrets/shop.ini`)
    environment.etc."shop.ini".source = "/run/secrets/shop.ini";

    # shop/Dockerfile:9 COPY (assumed: what reads it looks there on NixOS too; the content of `/etc/token.conf`
    # is put into `/run/secrets/token.conf`)
    environment.etc."token.conf".source = "/run/secrets/token.conf";
  };
}
