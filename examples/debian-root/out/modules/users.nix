# Users on till.
{ ... }:

{
  # etc/passwd:6, etc/group:3, :4, :8
  users.users.ada = {
    # Assumed: the hash of the password is put into `/run/secrets/ada-password`.
    isNormalUser = true;
    uid = 1000;
    group = "ada";
    description = "Ada";
    hashedPasswordFile = "/run/secrets/ada-password";
    extraGroups = [
      "adm"
      "wheel" # assumed: the group `sudo` is `wheel` on NixOS
      "shop"
    ];
  };

  # etc/passwd:7
  users.users.shop = {
    isSystemUser = true;
    uid = 990;
    group = "shop";
    description = "The shop";
    home = "/srv/shop";
    createHome = true;
  };

  # etc/group:7
  users.groups.ada.gid = 1000;

  # etc/group:8
  users.groups.shop.gid = 990;
}
