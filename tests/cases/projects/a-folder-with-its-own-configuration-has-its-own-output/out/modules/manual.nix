# Manual, for edge.
{ ... }:

{
  # MANUAL site.yml:3 Purge the CDN: not lowered yet.
  #   zone:
}
