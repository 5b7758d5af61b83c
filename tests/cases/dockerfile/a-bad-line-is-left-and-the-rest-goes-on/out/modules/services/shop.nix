# Service `shop`, from shop/Dockerfile.
{ config, lib, ... }:

let
  cfg = config.services.shop;
in
{
  options.services.shop = {
    enable = lib.mkEnableOption "shop";

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
    # MANUAL shop/Dockerfile:3 &&: `&&` is no instruction.
    #   Mend the line.

    # MANUAL shop/Dockerfile:4 EXPOZE: `EXPOZE` is no instruction.
    #   Mend the line.

    # MANUAL shop/Dockerfile:5: ENV `GREETING` has no value.
    #   Mend the line.

    # MANUAL shop/Dockerfile:6: COPY has no flag `--form`.
    #   Mend the line.

    # MANUAL shop/Dockerfile:7 HEALTHCHECK: `--interval=soon` cannot be read.
    #   Mend the line.

    # shop/Dockerfile:8 ENV, :9 CMD
    systemd.services.shop = {
      description = "shop";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = {
        COLOUR = "green";
      }
      // cfg.environment;
      script = ''
        exec ['jq', '.']
      '';
      serviceConfig = {
        # Assumed: `shop` does not need the rights of root.
        User = "shop";
        Group = "shop";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        Restart = "on-failure";
      };
    };

    # shop/Dockerfile:9 CMD
    users.users.shop = {
      isSystemUser = true;
      group = "shop";
    };
    users.groups.shop = { };
  };
}
