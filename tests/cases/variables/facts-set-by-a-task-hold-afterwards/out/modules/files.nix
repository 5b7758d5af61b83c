# Files on web.
{ ... }:

{
  # site.yml:5 Port
  environment.etc.port.text = "8080";
}
