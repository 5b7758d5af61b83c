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

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of clock, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/clock.env";
      description = "File with environment variables that must not reach the Nix store.";
    };
  };

  config = lib.mkIf cfg.enable {
    # clock/Dockerfile:1 FROM, :2 CMD
    systemd.services.clock = {
      description = "clock";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      # Assumed: the release that nixpkgs has does as well as that of `python:3.12-slim`.
      path = [ pkgs.python3 ];
      environment = cfg.environment;
      serviceConfig = {
        # Assumed: `clock` does not need the rights of root.
        User = "clock";
        Group = "clock";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # Assumed: `python` is taken from `pkgs.python3`.
        ExecStart = "${pkgs.python3}/bin/python -m http.server 8000";
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
