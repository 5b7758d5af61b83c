# Files on web1.
{ ... }:

{
  # MANUAL site.yml:10 Quoted words have no answer: the units of NixOS do not read the start options of another
  #   distribution.
  #   See the options of the service's module.
}
