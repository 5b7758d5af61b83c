# Service `desk`, from desk/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.desk;
in
{
  options.services.desk = {
    enable = lib.mkEnableOption "desk";

    # desk/Dockerfile:12 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/desk";
      description = "Folder with the application, built; its image has it in `/opt/desk`.";
    };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of desk, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/desk.env";
      description = "File with environment variables that must not reach the Nix store.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.desk = {
      description = "desk";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      # desk/Dockerfile:8 RUN
      path = [ pkgs.curl ];
      # desk/Dockerfile:2 ENV
      environment = {
        TZ = "Europe/Oslo";
      }
      // cfg.environment;
      serviceConfig = {
        # desk/Dockerfile:15 USER
        User = "desk";
        # desk/Dockerfile:13 WORKDIR
        WorkingDirectory = "${cfg.source}";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # desk/Dockerfile:16 CMD (assumed: `python3` is taken from `pkgs.python3`)
        ExecStart = "${pkgs.python3}/bin/python3 desk.py";
        # desk/Dockerfile:7 RUN, :14 VOLUME
        StateDirectory = "desk";
        Restart = "on-failure";
      };
    };

    # desk/Dockerfile:6 RUN (assumed: `desk` has the number 1500 only in the image; `desk` has the number 1000
    # only in the image; `desk` is in `sudo` and `docker` only in the image: no service needs such rights over a
    # machine)
    users.groups.desk = { };

    # desk/Dockerfile:6 RUN (assumed: `desk` has the number 1000 only in the image; `desk` is in `sudo` and
    # `docker` only in the image: no service needs such rights over a machine)
    users.users.desk = {
      isSystemUser = true;
      group = "desk";
      home = "/home/desk";
      createHome = true;
    };

    # desk/Dockerfile:9 RUN (assumed: `desk` has the rights that the job needs; the programs that
    # `/opt/desk/sweep.sh` calls are among the system's packages). Cron: */5 * * * *.
    systemd.services.sweep = {
      path = [ "/run/current-system/sw" ];
      startAt = "*-*-* *:00/5:00";
      serviceConfig = {
        Type = "oneshot";
        User = "desk";
        ExecStart = "${cfg.source}/sweep.sh";
      };
    };

    # desk/Dockerfile:10 COPY (assumed: what reads it looks there on NixOS too)
    environment.etc."desk/conf.d/limits.conf".text = ''
      limit=3
    '';

    # MANUAL desk/Dockerfile:11 COPY: NixOS does not read `/etc/rsyslog.d/desk.conf` as a file: it is
    #   `services.rsyslogd`, which is the machine's.
    #   State on the host what of it the machine is to have:
    #   services.rsyslogd.extraConfig = ''
    #     *.* @192.0.2.1
    #   '';
  };
}
