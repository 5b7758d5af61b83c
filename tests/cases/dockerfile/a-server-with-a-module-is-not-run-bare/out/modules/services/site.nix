# Service `site`, from site/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.site;
in
{
  options.services.site = {
    enable = lib.mkEnableOption "site";

    command = lib.mkOption {
      type = lib.types.str;
      description = "Command line that starts the service.";
    };

    # site/Dockerfile:11 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/site";
      description = ''
        Folder with the files of the application.

        It holds:

        - {file}`html`, which is `/usr/share/nginx/html` in the image
      '';
    };

    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to open the port of site in the firewall.";
    };
  };

  config = lib.mkIf cfg.enable {
    # MANUAL site/Dockerfile:4 RUN: the stage `pages` installs dependencies with `npm`.
    #   Package the application: pkgs.buildNpmPackage { pname; version; src; npmDepsHash = lib.fakeHash; }; and
    #     give what it makes to the service as its source.

    # site/Dockerfile:9 FROM, :11 COPY, :12 EXPOSE, :13 CMD
    systemd.services.site = {
      description = "site";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      # Assumed: the release that nixpkgs has does as well as that of `nginx:1.27-alpine`.
      path = [ pkgs.nginx ];
      serviceConfig = {
        # Assumed: `site` does not need the rights of root.
        User = "site";
        Group = "site";
        ExecStart = cfg.command;
        AmbientCapabilities = "CAP_NET_BIND_SERVICE";
        BindReadOnlyPaths = [ "${cfg.source}/html:/usr/share/nginx/html" ];
        Restart = "on-failure";
      };
    };

    # MANUAL site/Dockerfile:10 COPY: NixOS does not read `/etc/nginx/conf.d/default.conf` as a file: it is
    #   `services.nginx`, which is the machine's.
    #   State on the host what of it the machine is to have:
    #   services.nginx.virtualHosts."site.example.org".root = "/usr/share/nginx/html";
    #   services.nginx.virtualHosts."site.example.org".locations."/".tryFiles = "$uri /index.html";

    # site/Dockerfile:13 CMD
    users.users.site = {
      isSystemUser = true;
      group = "site";
    };
    users.groups.site = { };

    # site/Dockerfile:12 EXPOSE
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ 80 ];
  };
}
