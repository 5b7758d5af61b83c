# Service `tea-prod`, from tea/Dockerfile.prod.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.tea-prod;
in
{
  options.services.tea-prod = {
    enable = lib.mkEnableOption "tea-prod";

    command = lib.mkOption {
      type = lib.types.str;
      description = "Command line that starts the service, as the image `python:3.12-slim` does.";
    };

    # tea/Dockerfile.prod:4 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/tea-prod";
      description = "Folder with the application, built; its image has it in `/srv/tea`.";
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the port of tea-prod in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    # tea/Dockerfile.prod:7 EXPOSE
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ 8000 ];

    # tea/Dockerfile.prod:1 FROM, :3 WORKDIR, :6 USER
    systemd.services.tea-prod = {
      description = "tea-prod";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      path = [ pkgs.python312 ];
      serviceConfig = {
        User = "tea";
        WorkingDirectory = "${cfg.source}";
        ExecStart = cfg.command;
        Restart = "on-failure";
      };
    };

    # tea/Dockerfile.prod:5 COPY
    systemd.tmpfiles.rules = [
      "f+ /wait.sh - - - - ${
        lib.strings.escapeC [ "\t" "\n" "\r" " " "\\" ] ''
          #!/bin/sh
          set -e
          exec "$@"
        ''
      }"
    ];

    # tea/Dockerfile.prod:2 RUN
    users.groups.tea = { };
    users.users.tea = {
      isSystemUser = true;
      group = "tea";
    };

    # MANUAL tea/Dockerfile.prod:8 ENTRYPOINT: `/wait.sh` starts the command that it is given, and nothing here
    #   gives one.
    #   Give the command to the option `command`: `tea/docker-compose.yml`, which is not read, may have it.
  };
}
