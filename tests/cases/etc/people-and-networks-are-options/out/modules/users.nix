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
  users.users.www-data = {
    extraGroups = [ "shop" ];
    # Assumed: `www-data` keeps the number that Debian gives it.
    isSystemUser = true;
    uid = 33;
    group = "www-data";
    home = "/var/www";
  };

  # etc/group:5
  users.groups.ann.gid = 1000;

  # etc/group:4 (assumed: `www-data` keeps the number that Debian gives it)
  users.groups.www-data.gid = 33;
}
