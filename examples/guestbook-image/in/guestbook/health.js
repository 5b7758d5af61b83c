const http = require("node:http");

http
  .get({ port: Number(process.env.PORT) }, (response) => {
    process.exitCode = response.statusCode === 200 ? 0 : 1;
  })
  .on("error", () => {
    process.exitCode = 1;
  });
