# Files on web.
{ ... }:

{
  # site-of.yml:1 Site
  environment.etc."sites/red".text = ''
    red
  '';
  environment.etc."sites/green".text = ''
    green
  '';
}
