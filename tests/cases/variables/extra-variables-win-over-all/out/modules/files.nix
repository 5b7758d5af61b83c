# Files on web.
{ ... }:

{
  # site.yml:4 Colour
  environment.etc.colour.text = ''
    green
  '';
}
