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
    enable = lib.mkEnableOption "A shop for tea";

    # shop/Dockerfile:11 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/shop";
      description = "Folder with the application, built; its image has it in `/srv/shop`.";
    };

    # shop/Dockerfile:14 EXPOSE
    port = lib.mkOption {
      type = lib.types.port;
      default = 8080;
      description = "Port that shop listens on.";
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
      description = "File with environment variables that must not reach the Nix store.";
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the port of shop in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.shop = {
      description = "A shop for tea";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      # shop/Dockerfile:2 FROM, :7 RUN
      path = with pkgs; [
        graphicsmagick
        nodejs_22
      ];
      # shop/Dockerfile:5 ENV
      environment = {
        NODE_ENV = "production";
        PORT = toString cfg.port;
      }
      // cfg.environment;
      serviceConfig = {
        # shop/Dockerfile:13 USER (assumed: the user `node` of the image is `shop` here)
        User = "shop";
        Group = "shop";
        # shop/Dockerfile:10 WORKDIR
        WorkingDirectory = "${cfg.source}";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # shop/Dockerfile:16 CMD
        ExecStart = "${pkgs.nodejs_22}/bin/node server.js";
        # shop/Dockerfile:12 VOLUME
        StateDirectory = "shop";
        BindPaths = [ "/var/lib/shop:${cfg.source}/data" ];
        # shop/Dockerfile:15 STOPSIGNAL
        KillSignal = "SIGQUIT";
        Restart = "on-failure";
      };
    };

    # shop/Dockerfile:13 USER
    users.users.shop = {
      isSystemUser = true;
      group = "shop";
      home = "/var/lib/shop";
    };
    users.groups.shop = { };

    # shop/Dockerfile:14 EXPOSE
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];
  };
}
