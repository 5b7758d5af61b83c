# Files on web.
{ ... }:

{
  # site.yml:3 Setting
  environment.etc."app.conf".text = ''
    a
  '';

  # site.yml:6 Other setting
  environment.etc."app2.conf".text = ''
    b
  '';

  # site.yml:10 write the stamp
  environment.etc.stamp.text = ''
    done
  '';
}
