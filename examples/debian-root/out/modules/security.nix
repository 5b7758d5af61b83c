# Security on till.
{ pkgs, ... }:

{
  # etc/security/limits.d/shop.conf:1, :2
  security.pam.loginLimits = [
    {
      domain = "shop";
      type = "soft";
      item = "nofile";
      value = "8192";
    }
    {
      domain = "shop";
      type = "hard";
      item = "nofile";
      value = "16384";
    }
  ];

  # etc/sudoers:1, :2, etc/sudoers.d/shop:1
  security.sudo = {
    extraConfig = ''
      Defaults	env_reset
      Defaults	mail_badpass
    '';
    extraRules = [
      {
        users = [ "ada" ];
        runAs = "root";
        commands = [
          {
            command = "${pkgs.systemd}/bin/systemctl restart shop.service";
            options = [ "NOPASSWD" ];
          }
        ];
      }
    ];
  };
}
