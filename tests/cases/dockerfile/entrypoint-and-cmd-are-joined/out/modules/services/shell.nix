# Service `shell`, from shell/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.shell;
in
{
  options.services.shell = {
    enable = lib.mkEnableOption "shell";

    # shell/Dockerfile:2 RUN, :4 ENTRYPOINT
    package = lib.mkPackageOption pkgs "stunnel" { };
  };

  config = lib.mkIf cfg.enable {
    # shell/Dockerfile:4 ENTRYPOINT
    systemd.services.shell = {
      description = "shell";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig = {
        # Assumed: `shell` does not need the rights of root.
        User = "shell";
        Group = "shell";
        ExecStart = "${cfg.package}/bin/stunnel -v";
        Restart = "on-failure";
      };
    };
    users.users.shell = {
      isSystemUser = true;
      group = "shell";
    };
    users.groups.shell = { };
  };
}
