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
    package = lib.mkPackageOption pkgs "memcached" { };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of reset, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/reset.env";
      description = "File with environment variables that must not reach the Nix store.";
    };
  };

  config = lib.mkIf cfg.enable {
    # reset/Dockerfile:6 ENTRYPOINT
    systemd.services.reset = {
      description = "reset";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = cfg.environment;
      serviceConfig = {
        # Assumed: `reset` does not need the rights of root.
        User = "reset";
        Group = "reset";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # Assumed: `memcached` is taken from `pkgs.memcached`.
        ExecStart = "${cfg.package}/bin/memcached -v";
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
