# Service `tea`, from tea/Dockerfile.
{ config, lib, ... }:

let
  cfg = config.services.tea;
in
{
  options.services.tea = {
    enable = lib.mkEnableOption "tea";

    # tea/Dockerfile:12 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/tea";
      description = ''
        Folder with the files of the application.

        It holds:

        - {file}`tea`, which is `/usr/local/bin/tea` in the image
      '';
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the ports of tea in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    # MANUAL tea/Dockerfile:5 RUN: the stage `build` builds with `go`.
    #   Package the application: pkgs.buildGoModule { pname; version; src; vendorHash = lib.fakeHash; }; and
    #     give what it makes to the service as its source.

    # tea/Dockerfile:13 USER, :15 ENTRYPOINT
    systemd.services.tea = {
      description = "tea";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig = {
        User = "tea";
        Group = "tea";
        ExecStart = "${cfg.source}/tea";
        Restart = "on-failure";
      };
    };

    # tea/Dockerfile:14 EXPOSE
    networking.firewall = {
      allowedTCPPortRanges = lib.mkIf cfg.openFirewall [
        {
          from = 9000;
          to = 9002;
        }
      ];
      allowedUDPPorts = lib.mkIf cfg.openFirewall [ 9001 ];
    };

    # tea/Dockerfile:11 RUN
    users.groups.tea = { };
    users.users.tea = {
      isSystemUser = true;
      group = "tea";
      home = "/home/tea";
      createHome = true;
    };
  };
}
