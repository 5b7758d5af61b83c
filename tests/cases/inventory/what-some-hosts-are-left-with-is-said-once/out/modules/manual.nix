# What is left to a person: what is the same on web1, web2, db1.
{ ... }:

{
  # MANUAL site.yml:4 Purge the CDN: no importer for the module `community.acme_cdn.purge`.
  #   State by options of NixOS what it would do.
  #   zone: shop
  #   This is about web1, web2.
}
