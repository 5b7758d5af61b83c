# What is left to a person on edge.
{ ... }:

{
  # MANUAL site.yml:3 Purge the shop: no importer for the module `acme.cdn.purge`.
  #   State by options of NixOS what it would do.
  #   zone: shop
}
