# Users on shop.
{ ... }:

{
  # site.yml:4 Units (assumed: `www-data` keeps the number that Debian gives it)
  users.users.www-data = {
    isSystemUser = true;
    uid = 33;
    group = "www-data";
    home = "/var/www";
  };
  users.groups.www-data.gid = 33;
}
