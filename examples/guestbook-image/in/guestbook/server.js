const http = require("node:http");

const server = http.createServer((request, response) => {
  response.end("hello\n");
});
server.listen(Number(process.env.PORT));
