# Files on web1.
{ config, ... }:

{
  # site.yml:10 Configuration (assumed: the content of `/etc/shop/shop.conf` is put into
  # `/run/secrets/rendered/shop.conf`)
  environment.etc."shop/shop.conf".source = config.sops.templates."shop.conf".path;
}
