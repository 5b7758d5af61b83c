# Service `guestbook`, from guestbook/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.guestbook;
in
{
  options.services.guestbook = {
    enable = lib.mkEnableOption "Guestbook";

    # guestbook/Dockerfile:28 COPY, :30 COPY, :31 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/guestbook";
      description = "Folder with the application, built; its image has it in `/app`.";
    };

    # guestbook/Dockerfile:36 EXPOSE
    port = lib.mkOption {
      type = lib.types.port;
      default = 3000;
      description = "Port that guestbook listens on.";
    };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of guestbook, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/guestbook.env";
      description = "File with environment variables that must not reach the Nix store: `SESSION_SECRET`.";
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the port of guestbook in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    # MANUAL guestbook/Dockerfile:7 RUN: the stage `styles` installs sass with `npm`, runs `sass`.
    #   Package the application: pkgs.buildNpmPackage { pname; version; src; npmDepsHash = lib.fakeHash; }; and
    #     give what it makes to the service as its source.

    systemd.services.guestbook = {
      description = "Guestbook";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      # guestbook/Dockerfile:9 FROM, :12 RUN
      path = with pkgs; [
        imagemagick
        nodejs # assumed: the release that nixpkgs has does as well as that of `node:20-bookworm-slim`
      ];
      # guestbook/Dockerfile:22 ENV
      environment = {
        NODE_ENV = "production";
        PORT = toString cfg.port;
        UPLOADS = "/var/lib/guestbook/uploads";
      }
      // cfg.environment;
      serviceConfig = {
        # guestbook/Dockerfile:34 USER
        User = "guestbook";
        # guestbook/Dockerfile:27 WORKDIR
        WorkingDirectory = "${cfg.source}";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # guestbook/Dockerfile:39 CMD (assumed: `node` is taken from `pkgs.nodejs`)
        ExecStart = "${pkgs.nodejs}/bin/node server.js";
        # guestbook/Dockerfile:17 RUN, :35 VOLUME
        StateDirectory = "guestbook/uploads";
        # guestbook/Dockerfile:37 STOPSIGNAL
        KillSignal = "SIGINT";
        Restart = "on-failure";
      };
    };

    # guestbook/Dockerfile:36 EXPOSE
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];

    # guestbook/Dockerfile:38 HEALTHCHECK (assumed: `node` is taken from `pkgs.nodejs`). Runtime: NixOS has no
    # health checks of services: a timer runs it, and `systemctl --failed` shows what it finds.
    systemd.services.guestbook-health = {
      description = "Health of guestbook";
      requisite = [ "guestbook.service" ];
      after = [ "guestbook.service" ];
      environment = removeAttrs config.systemd.services.guestbook.environment [ "PATH" ];
      serviceConfig = {
        Type = "oneshot";
        User = config.systemd.services.guestbook.serviceConfig.User;
        WorkingDirectory = config.systemd.services.guestbook.serviceConfig.WorkingDirectory;
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        TimeoutStartSec = "3s";
        ExecStart = "${pkgs.nodejs}/bin/node health.js";
      };
    };
    systemd.timers.guestbook-health = {
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnActiveSec = "1m";
        OnUnitInactiveSec = "1m";
      };
    };

    # guestbook/Dockerfile:17 RUN (assumed: `guestbook` has the number 2020 only in the image)
    users.groups.guestbook = { };
    users.users.guestbook = {
      isSystemUser = true;
      group = "guestbook";
    };

    # MANUAL guestbook/Dockerfile:29 RUN: it installs dependencies with `npm`.
    #   Package the application: pkgs.buildNpmPackage { pname; version; src; npmDepsHash = lib.fakeHash; }; and
    #     give what it makes to the service as its source.

    # MANUAL guestbook/Dockerfile:32 COPY: ImageMagick of nixpkgs does not look below /etc: what this file
    #   forbids would be allowed.
    #   Set the variable MAGICK_CONFIGURE_PATH, of what runs ImageMagick, to a folder with this file.
  };
}
