# Files on web1.
{ config, ... }:

{
  # site.yml:10 Configuration (assumed: the content of `/etc/shop/shop.conf` is put into
  # `/run/agenix/shop.conf`)
  environment.etc."shop/shop.conf".source = config.age.secrets."shop.conf".path;
}
