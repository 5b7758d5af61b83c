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

    # shop/Dockerfile:7 RUN, :29 CMD
    package = lib.mkPackageOption pkgs "jq" { };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of shop, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/shop.env";
      description = "File with environment variables that must not reach the Nix store.";
    };
  };

  config = lib.mkIf cfg.enable {
    # shop/Dockerfile:2 ENV, :29 CMD
    systemd.services.shop = {
      description = "shop";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = {
        SHOP_HOME = "/var/lib/shop";
      }
      // cfg.environment;
      serviceConfig = {
        # Assumed: `shop`, whom the recipe makes, runs `shop`.
        User = "shop";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # Assumed: `shop`, whom the recipe makes, runs `shop`.
        ExecStart = "${cfg.package}/bin/jq --version";
        Restart = "on-failure";
      };
    };
    # MANUAL shop/Dockerfile:26 RUN: it fetches https://example.org/shop.tgz, unpacks with `tar`, builds with
    #   `make`.
    #   Package the application: pkgs.stdenv.mkDerivation { pname; version; src; buildInputs; }; and give what
    #     it makes to the service as its source.

    # shop/Dockerfile:3 RUN
    users.groups.shop = { };
    users.users.shop = {
      isSystemUser = true;
      group = "shop";
      home = "/var/lib/shop";
      createHome = true;
    };

    # shop/Dockerfile:17 RUN
    systemd.tmpfiles.rules = [ "d /etc/shop 0750 - - -" ];

    # shop/Dockerfile:18 RUN (assumed: what reads it looks there on NixOS too)
    environment.etc."shop/shop.conf".text = ''
      colour = green
      taste = sweet
    '';

    # MANUAL shop/Dockerfile:20 RUN: it edits `/etc/login.defs`.
    #   State the whole file, or the option that makes it.

    # shop/Dockerfile:21 RUN
    environment.etc."shop/a.enabled".source = "/etc/shop/a";
    environment.etc."shop/b.enabled".source = "/etc/shop/b";
  };
}
