# Service `shop`, from shop/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.shop;
  start = pkgs.writeShellScript "start.sh" (
    builtins.readFile ../../files/services/shop/usr/local/bin/start.sh
  );
in
{
  options.services.shop = {
    enable = lib.mkEnableOption "shop";
  };

  config = lib.mkIf cfg.enable {
    # shop/Dockerfile:2 RUN, :3 COPY, :11 CMD
    systemd.services.shop = {
      description = "shop";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      path = [ pkgs.lighttpd ];
      serviceConfig = {
        # Assumed: `shop` does not need the rights of root.
        User = "shop";
        Group = "shop";
        ExecStart = "${start}";
        Restart = "on-failure";
      };
    };

    # shop/Dockerfile:3 COPY, :11 CMD
    users.users.shop = {
      isSystemUser = true;
      group = "shop";
    };
    users.groups.shop = { };

    # shop/Dockerfile:4 COPY (assumed: what reads it looks there on NixOS too)
    environment.etc."shop/a.conf".text = ''
      server.port = 80
    '';
    environment.etc."shop/b.conf".text = ''
      server.tag = "tea"
    '';

    # MANUAL shop/Dockerfile:5 COPY: `gone.txt` is not in the build context.
    #   Put it there and translate again, or state what it holds.

    # MANUAL shop/Dockerfile:6 COPY: `outside` is not in the build context.
    #   Put it there and translate again, or state what it holds.

    # MANUAL shop/Dockerfile:7 ADD: it fetches https://files.example.org/data.json?... to `/opt/data.json`.
    #   Fetch it with pkgs.fetchurl or pkgs.fetchzip and name its hash, or find it in nixpkgs.

    # shop/Dockerfile:8 COPY (assumed: what reads it looks there on NixOS too)
    environment.etc."shop/motd".text = ''
      $HOME is not expanded here
    '';
  };
}
