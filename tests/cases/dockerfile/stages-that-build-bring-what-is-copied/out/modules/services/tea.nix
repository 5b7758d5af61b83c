# Service `tea`, from tea/Dockerfile.
{ config, lib, ... }:

let
  cfg = config.services.tea;
in
{
  options.services.tea = {
    enable = lib.mkEnableOption "tea";

    # tea/Dockerfile:12 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/tea";
      description = ''
        Folder with the files of the application.

        It holds:

        - {file}`tea`, which is `/usr/local/bin/tea` in the image
      '';
    };

    # tea/Dockerfile:14 EXPOSE
    port = lib.mkOption {
      type = lib.types.port;
      default = 9001;
      description = "Port that tea listens on. Its program decides it: this only says which.";
    };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of tea, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/tea.env";
      description = "File with environment variables that must not reach the Nix store.";
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the ports of tea in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    # MANUAL tea/Dockerfile:4 COPY: it brings `go.mod`, `main.go` into the stage `build`, which builds.
    #   Name it as the source of the package that is to be made of the stage.

    # MANUAL tea/Dockerfile:5 RUN: it builds with `go`.
    #   Package what it builds, or find it in nixpkgs, and give it to the service.

    # tea/Dockerfile:13 USER, :15 ENTRYPOINT
    systemd.services.tea = {
      description = "tea";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = cfg.environment;
      serviceConfig = {
        User = "tea";
        Group = "tea";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        ExecStart = "${cfg.source}/tea";
        Restart = "on-failure";
      };
    };

    # tea/Dockerfile:14 EXPOSE
    networking.firewall = {
      allowedTCPPortRanges = lib.mkIf cfg.openFirewall [
        {
          from = 9000;
          to = 9002;
        }
      ];
      allowedUDPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];
    };

    # tea/Dockerfile:11 RUN
    users.groups.tea = { };
    users.users.tea = {
      isSystemUser = true;
      group = "tea";
      home = "/home/tea";
      createHome = true;
    };
  };
}
