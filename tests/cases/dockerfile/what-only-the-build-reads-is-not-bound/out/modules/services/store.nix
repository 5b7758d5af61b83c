# Service `store`, from store/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.store;
in
{
  options.services.store = {
    enable = lib.mkEnableOption "store";

    # store/Dockerfile:12 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/store";
      description = "Folder with the application, built; its image has it in `/store`.";
    };
  };

  config = lib.mkIf cfg.enable {
    # MANUAL store/Dockerfile:3 RUN: the stage `wheels` installs dependencies with `pip`.
    #   Package the application: pkgs.python3.withPackages (ps: [ … ]), or
    #     pkgs.python3Packages.buildPythonApplication { pname; version; src; pyproject = true; }; and give what
    #     it makes to the service as its source.

    # store/Dockerfile:5 FROM, :10 COPY, :11 WORKDIR, :15 CMD
    systemd.services.store = {
      description = "store";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      path = with pkgs; [
        php83
        phpPackages.composer # assumed: `/usr/bin/composer` of the other image is that of nixpkgs
      ];
      serviceConfig = {
        # Assumed: `store` does not need the rights of root.
        User = "store";
        Group = "store";
        WorkingDirectory = "${cfg.source}";
        ExecStart = "${cfg.source}/start.sh";
        Restart = "on-failure";
      };
    };

    # MANUAL store/Dockerfile:7 RUN: it installs /wheels/* with `pip`.
    #   Package the application: pkgs.python3.withPackages (ps: [ … ]), or
    #     pkgs.python3Packages.buildPythonApplication { pname; version; src; pyproject = true; }; and give what
    #     it makes to the service as its source.

    # MANUAL store/Dockerfile:9 RUN: it runs `sh`.
    #   State what it makes, or run it before the service starts.

    # MANUAL store/Dockerfile:14 RUN: it installs dependencies with `composer`.
    #   Package the application: pkgs.php.buildComposerProject2 { pname; version; src; vendorHash =
    #     lib.fakeHash; }; and give what it makes to the service as its source.

    # store/Dockerfile:15 CMD
    users.users.store = {
      isSystemUser = true;
      group = "store";
    };
    users.groups.store = { };
  };
}
