# Users: what is the same on web1, web2.
{ ... }:

{
  # MANUAL site.yml:53 A value of the wrong kind: `user` takes a number as `uid`, and `many` is none.
  #   name: eve
  #   uid: many

  # site.yml:73 A handler that does not exist
  users.motd = "Hello";
}
