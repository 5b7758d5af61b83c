# Manual, for edge.
{ ... }:

{
  # MANUAL site.yml:3 Purge the shop: not lowered yet.
  #   zone:
}
