//! Projects of Compose, as tasks bring them up.

use crate::import::ansible::modules::tests::check;

#[test]
fn services_of_a_known_file_are_containers() {
    check(
        r#"- copy:
    dest: /opt/shop/compose.yaml
    content: |
      services:
        web:
          image: "nginx:${TAG:-1.27}"
          ports: ["127.0.0.1:80:80", {target: 443, published: 8443, protocol: tcp}]
          volumes: ["./html:/usr/share/nginx/html:ro", "data:/data"]
          depends_on: [db]
          restart: unless-stopped
          healthcheck: {test: ["CMD", "true"], interval: 5s}
          logging: {driver: json-file, options: {max-size: 10m}}
          ulimits: {nofile: {soft: 1024, hard: 2048}}
        db:
          image: postgres:17
          container_name: db
          environment:
            POSTGRES_PASSWORD: "{{ db_password }}"
            EMPTY:
          profiles: []
        extra:
          image: x
          profiles: [more]
      volumes:
        data:
- docker_compose_v2: {project_src: /opt/shop}"#,
        &[
            r#"{"file":{"path":"/opt/shop/compose.yaml","content":["services:\n  web:\n    image: \"nginx:${TAG:-1.27}\"\n    ports: [\"127.0.0.1:80:80\", {target: 443, published: 8443, protocol: tcp}]\n    volumes: [\"./html:/usr/share/nginx/html:ro\", \"data:/data\"]\n    depends_on: [db]\n    restart: unless-stopped\n    healthcheck: {test: [\"CMD\", \"true\"], interval: 5s}\n    logging: {driver: json-file, options: {max-size: 10m}}\n    ulimits: {nofile: {soft: 1024, hard: 2048}}\n  db:\n    image: postgres:17\n    container_name: db\n    environment:\n      POSTGRES_PASSWORD: \"",{"secret":"site.yml:3 db_password"},"\"\n      EMPTY:\n    profiles: []\n  extra:\n    image: x\n    profiles: [more]\nvolumes:\n  data:\n"]}}"#,
            r#"{"container-network":{"name":"shop_default","engine":"docker"}}"#,
            r#"{"container":{"name":"shop-web","engine":"docker","image":"nginx:1.27","pulls":false,"started":true,"restart":"always","ports":["127.0.0.1:80:80","8443:443/tcp"],"volumes":["/opt/shop/html:/usr/share/nginx/html:ro","shop_data:/data"],"networks":[{"network":"shop_default","fields":[["alias","web"]]}],"privileged":false,"log_driver":"json-file","options":["--log-opt=max-size=10m","--ulimit=nofile=1024:2048","--health-cmd=true","--health-interval=5s"],"needs":["db"]}} if the image has a shell for its health check"#,
            r#"{"container":{"name":"db","engine":"docker","image":"postgres:17","pulls":false,"started":true,"environment":[["POSTGRES_PASSWORD",[{"secret":"site.yml:3 db_password"}]]],"networks":[{"network":"shop_default","fields":[["alias","db"]]}],"privileged":false}} if Compose finds no value of `EMPTY`, and does not set it"#,
        ],
    );
}

#[test]
fn a_project_that_is_not_known_is_brought_up_by_compose() {
    check(
        "- docker_compose_v2: {project_src: /opt/shop, files: [a.yml]}\n- docker_compose_v2: {project_src: /opt/shop, state: absent}",
        &[
            r#"{"step":{"name":"docker compose v2","command":{"words":["docker","compose","--project-directory","/opt/shop","-f","a.yml","up","--detach"]},"directory":"/opt/shop","environment":[],"after":[]}}"#,
            "not-needed: the containers of the project were never there: a new machine does not have them, and NixOS starts those that it has",
        ],
    );
}
