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
    package = lib.mkPackageOption pkgs "memcached" { };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of exec, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/exec.env";
      description = "File with environment variables that must not reach the Nix store.";
    };
  };

  config = lib.mkIf cfg.enable {
    # exec/Dockerfile:3 ENTRYPOINT, :4 CMD
    systemd.services.exec = {
      description = "exec";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = cfg.environment;
      serviceConfig = {
        # Assumed: `exec` does not need the rights of root.
        User = "exec";
        Group = "exec";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # Assumed: `memcached` is taken from `pkgs.memcached`.
        ExecStart = "${cfg.package}/bin/memcached -m 64";
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
