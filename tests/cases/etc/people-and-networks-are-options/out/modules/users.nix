# Users on till.
{ ... }:

{
  # etc/passwd:3
  users.users.shop = {
    isSystemUser = true;
    uid = 998;
    group = "shop";
    description = "The shop";
    home = "/srv/shop";
    createHome = true;
  };

  # etc/passwd:4, etc/group:2, :3, etc/subuid:1
  users.users.ann = {
    # Assumed: the hash of the password is put into `/run/secrets/ann-password`.
    isNormalUser = true;
    uid = 1000;
    group = "ann";
    description = "Ann";
    hashedPasswordFile = "/run/secrets/ann-password";
    extraGroups = [
      "adm"
      "wheel" # assumed: the group `sudo` is `wheel` on NixOS
    ];
    subUidRanges = [
      {
        startUid = 100000;
        count = 65536;
      }
    ];
  };

  # MANUAL etc/passwd:5: a line cannot be stated: an account has seven fields with `:` between them.
  #   broken:x:1001

  # etc/group:4
  users.groups.shop.gid = 998;

  # MANUAL etc/group:4: `www-data` is a member of `shop`, and no user of this configuration.
  #   Add the group to extraGroups of the user that does the work of `www-data` on NixOS.

  # etc/group:5
  users.groups.ann.gid = 1000;
}
