# Users on web.
{ ... }:

{
  # site.yml:8 Items of lists
  users.groups.red = { };
  users.groups.green = { };
  users.groups.blue = { };
}
