# Files on web.
{ ... }:

{
  # site.yml:3 Tagged
  environment.etc.tagged.text = ''
    yes
  '';

  # site.yml:8 Always
  environment.etc.always.text = ''
    yes
  '';
}
