# Files on web.
{ ... }:

{
  # site.yml:3 Written, :5 Edited
  environment.etc."app.conf".text = ''
    port = 8080
    name = x
  '';
}
