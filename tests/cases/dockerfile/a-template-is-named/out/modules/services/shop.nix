# Service `shop`, on example.
{ ... }:

{
  # MANUAL shop/Dockerfile:1 FROM, :2 {{, :3 RUN, :4 {{, :5 CMD: the file is a template from which Dockerfiles
  #   are made.
  #   Render it, and translate what comes out.
}
