# Service `exec`, from exec/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.exec;
in
{
  options.services.exec = {
    enable = lib.mkEnableOption "exec";

    # exec/Dockerfile:2 RUN, :3 ENTRYPOINT, :4 CMD
    package = lib.mkPackageOption pkgs "stunnel" { };
  };

  config = lib.mkIf cfg.enable {
    # exec/Dockerfile:3 ENTRYPOINT, :4 CMD
    systemd.services.exec = {
      description = "exec";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig = {
        # Assumed: `exec` does not need the rights of root.
        User = "exec";
        Group = "exec";
        ExecStart = "${cfg.package}/bin/stunnel -m 64";
        Restart = "on-failure";
      };
    };
    users.users.exec = {
      isSystemUser = true;
      group = "exec";
    };
    users.groups.exec = { };
  };
}
