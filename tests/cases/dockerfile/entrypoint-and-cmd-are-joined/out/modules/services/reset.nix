# Service `reset`, from reset/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.reset;
in
{
  options.services.reset = {
    enable = lib.mkEnableOption "reset";

    # reset/Dockerfile:2 RUN, :6 ENTRYPOINT
    package = lib.mkPackageOption pkgs "stunnel" { };
  };

  config = lib.mkIf cfg.enable {
    # reset/Dockerfile:6 ENTRYPOINT
    systemd.services.reset = {
      description = "reset";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig = {
        # Assumed: `reset` does not need the rights of root.
        User = "reset";
        Group = "reset";
        ExecStart = "${cfg.package}/bin/stunnel -v";
        Restart = "on-failure";
      };
    };
    users.users.reset = {
      isSystemUser = true;
      group = "reset";
    };
    users.groups.reset = { };
  };
}
