# Service `shop`, from shop/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.shop;
in
{
  options.services.shop = {
    enable = lib.mkEnableOption "shop";

    # shop/Dockerfile:5 CMD
    package = lib.mkPackageOption pkgs "coreutils" { };
  };

  config = lib.mkIf cfg.enable {
    # MANUAL shop/Dockerfile:2 FRM: `FRM` is no instruction.
    #   Mend the line.

    # MANUAL shop/Dockerfile:3: ENV stands before the first FROM.
    #   Mend the line.

    # shop/Dockerfile:5 CMD
    systemd.services.shop = {
      description = "shop";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig = {
        # Assumed: `shop` does not need the rights of root.
        User = "shop";
        Group = "shop";
        ExecStart = "${cfg.package}/bin/sleep 60";
        Restart = "on-failure";
      };
    };
    users.users.shop = {
      isSystemUser = true;
      group = "shop";
    };
    users.groups.shop = { };
  };
}
