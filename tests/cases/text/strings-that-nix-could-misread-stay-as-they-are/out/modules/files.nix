# Files on web.
{ ... }:

{
  # site.yml:3 Odd
  environment.etc.odd.text = ''
    ''${HOME} '''q''' "d" \b $$ ä %s
    	indented
  '';
}
