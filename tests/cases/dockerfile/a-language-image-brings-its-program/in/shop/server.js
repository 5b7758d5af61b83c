require("http").createServer((_, answer) => answer.end("tea")).listen(process.env.PORT);
