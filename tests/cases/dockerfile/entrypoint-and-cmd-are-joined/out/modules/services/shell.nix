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
    package = lib.mkPackageOption pkgs "memcached" { };

    environment = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Environment variables of shell, which stand over those of its image.";
    };

    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = "/run/secrets/shell.env";
      description = "File with environment variables that must not reach the Nix store.";
    };
  };

  config = lib.mkIf cfg.enable {
    # shell/Dockerfile:4 ENTRYPOINT
    systemd.services.shell = {
      description = "shell";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = cfg.environment;
      serviceConfig = {
        # Assumed: `shell` does not need the rights of root.
        User = "shell";
        Group = "shell";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        # Assumed: `memcached` is taken from `pkgs.memcached`.
        ExecStart = "${cfg.package}/bin/memcached -v";
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
