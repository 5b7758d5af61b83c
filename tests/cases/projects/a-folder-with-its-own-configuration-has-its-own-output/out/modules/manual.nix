# What is left to a person on edge.
{ ... }:

{
  # MANUAL site.yml:3 Purge the CDN: no importer for the module `acme.cdn.purge`.
  #   State by options of NixOS what it would do.
  #   zone: all
}
