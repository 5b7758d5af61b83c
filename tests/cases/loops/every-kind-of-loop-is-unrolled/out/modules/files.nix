# Files on web.
{ ... }:

{
  # site.yml:14 Nested
  environment.etc.a-1.text = ''
    a1
  '';
  environment.etc.a-2.text = ''
    a2
  '';
  environment.etc.b-1.text = ''
    b1
  '';
  environment.etc.b-2.text = ''
    b2
  '';
}
