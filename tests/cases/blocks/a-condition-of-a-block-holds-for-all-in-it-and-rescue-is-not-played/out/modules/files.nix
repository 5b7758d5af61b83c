# Files on web. All of it assumes the facts of debian-12.
{ ... }:

{
  # site.yml:6 Try
  environment.etc.tried.text = ''
    yes
  '';

  # site.yml:12 Always
  environment.etc.always.text = ''
    yes
  '';
}
