# Service `clock`, from Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.clock;
in
{
  options.services.clock = {
    enable = lib.mkEnableOption "clock";
  };

  config = lib.mkIf cfg.enable {
    # clock/Dockerfile:1 FROM, :2 CMD
    systemd.services.clock = {
      description = "clock";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      path = [ pkgs.python312 ];
      serviceConfig = {
        # Assumed: `clock` does not need the rights of root.
        User = "clock";
        Group = "clock";
        ExecStart = "${pkgs.python312}/bin/python -m http.server 8000";
        Restart = "on-failure";
      };
    };

    # clock/Dockerfile:2 CMD
    users.users.clock = {
      isSystemUser = true;
      group = "clock";
    };
    users.groups.clock = { };
  };
}
