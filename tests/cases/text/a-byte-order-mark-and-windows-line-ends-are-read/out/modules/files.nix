# Files on web.
{ ... }:

{
  # site.yml:3 Text
  environment.etc.text.text = ''
    one
    two
  '';
}
