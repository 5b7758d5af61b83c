# Service `tea`, from tea/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.tea;
in
{
  options.services.tea = {
    enable = lib.mkEnableOption "tea";

    # tea/Dockerfile:4 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/tea";
      description = "Folder with the application, built; its image has it in `/srv/tea`.";
    };

    # tea/Dockerfile:7 EXPOSE
    port = lib.mkOption {
      type = lib.types.port;
      default = 8000;
      description = "Port that tea listens on.";
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the port of tea in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    # tea/Dockerfile:1 FROM, :3 WORKDIR, :6 USER, :8 CMD
    systemd.services.tea = {
      description = "tea";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      path = [ pkgs.python312 ];
      serviceConfig = {
        User = "tea";
        WorkingDirectory = "${cfg.source}";
        ExecStart = "${pkgs.python312}/bin/python -m http.server ${toString cfg.port}";
        Restart = "on-failure";
      };
    };

    # tea/Dockerfile:7 EXPOSE
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];

    # tea/Dockerfile:2 RUN
    users.groups.tea = { };
    users.users.tea = {
      isSystemUser = true;
      group = "tea";
    };
  };
}
