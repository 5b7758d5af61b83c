# Service `shop`, on example.
{ ... }:

{
  # MANUAL shop/Dockerfile:1 FROM: the file is a template from which Dockerfiles are made.
  #   Render it, and translate what comes out.

  # MANUAL shop/Dockerfile:2 {{: the file is a template from which Dockerfiles are made.
  #   Render it, and translate what comes out.

  # MANUAL shop/Dockerfile:3 RUN: the file is a template from which Dockerfiles are made.
  #   Render it, and translate what comes out.

  # MANUAL shop/Dockerfile:4 {{: the file is a template from which Dockerfiles are made.
  #   Render it, and translate what comes out.

  # MANUAL shop/Dockerfile:5 CMD: the file is a template from which Dockerfiles are made.
  #   Render it, and translate what comes out.
}
