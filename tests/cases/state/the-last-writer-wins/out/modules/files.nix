# Files on web.
{ ... }:

{
  # site.yml:5 Second
  environment.etc."app.conf".text = ''
    two
  '';
}
