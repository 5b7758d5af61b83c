# Security on db1.example.org.
{ ... }:

{
  # site.yml:32 Operators need no password for sudo
  security.sudo.extraRules = [
    {
      users = [ "carol" ];
      runAs = "ALL";
      commands = [
        {
          command = "ALL";
          options = [ "NOPASSWD" ];
        }
      ];
    }
    {
      users = [ "dave" ];
      runAs = "ALL";
      commands = [
        {
          command = "ALL";
          options = [ "NOPASSWD" ];
        }
      ];
    }
  ];
}
