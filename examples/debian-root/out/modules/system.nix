# System on till.
{ ... }:

{
  # etc/environment:2
  environment.sessionVariables.EDITOR = "vim";
}
