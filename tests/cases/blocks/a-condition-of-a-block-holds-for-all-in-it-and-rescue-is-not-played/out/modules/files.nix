# Files on web.
{ ... }:

{
  # site.yml:6 Try (assumed: the facts of debian-12)
  environment.etc.tried.text = ''
    yes
  '';

  # site.yml:12 Always (assumed: the facts of debian-12)
  environment.etc.always.text = ''
    yes
  '';
}
