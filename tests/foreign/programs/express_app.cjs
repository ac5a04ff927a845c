// An Express site on a loopback port: /login?user=NAME logs in, / shows who is in. Prints its port.
const express = require("express");
const session = require("express-session");
const Database = require("better-sqlite3");
const Store = require("better-sqlite3-session-store")(session);

const app = express();
app.use(
  session({
    store: new Store({ client: new Database(process.argv[2]) }),
    secret: process.argv[3],
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 3600000 },
  }),
);
app.get("/login", (request, response) => {
  request.session.regenerate(() => {
    request.session.userId = request.query.user;
    request.session.save(() => response.send("in"));
  });
});
app.get("/", (request, response) => response.send(request.session.userId || "nobody"));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
