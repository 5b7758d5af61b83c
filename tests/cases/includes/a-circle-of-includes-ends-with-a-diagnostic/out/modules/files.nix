# Files on web.
{ ... }:

{
  # site.yml:4 The rest
  environment.etc.rest.text = ''
    there
  '';
}
