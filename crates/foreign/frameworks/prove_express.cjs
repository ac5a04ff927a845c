// Proves with express-session in connect-sqlite3 that a revoked client is out, also while requests are in flight.
const { spawn } = require("node:child_process");
const express = require("express");
const session = require("express-session");
const Store = require("connect-sqlite3")(session);

const app = express();
const store = new Store({ db: "sessions.sqlite3", dir: "." });
app.use(session({ store, secret: "a secret of this proof", resave: false, saveUninitialized: true }));
app.get("/login/:id", (request, response) => {
  request.session.userId = Number(request.params.id);
  response.send("in");
});
app.get("/", (request, response) => response.send(String(request.session.userId ?? "nobody")));
// A slow request writes its session when it ends, and so puts a deleted row back.
app.get("/slow", (request, response) => {
  request.session.seen = Date.now();
  setTimeout(() => response.send("slow"), 1500);
});

const server = app.listen(0, "127.0.0.1", async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  const get = async (path, cookie) => {
    const response = await fetch(base + path, { headers: cookie ? { cookie } : {} });
    const set = response.headers.get("set-cookie");
    return { body: await response.text(), cookie: set ? set.split(";")[0] : cookie };
  };
  const sessionctl = (...words) => new Promise((resolve) => {
    const child = spawn(process.argv[2], ["--db", "sessions.sqlite3", ...words], { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (data) => (text += data));
    child.stderr.on("data", (data) => (text += data));
    child.on("close", (code) => resolve({ code, text }));
  });
  const expect = (found, wanted, what) => {
    if (found !== wanted) {
      console.error(`${what}: ${found}, not ${wanted}`);
      process.exit(1);
    }
  };
  const [erin, frank] = [await get("/login/1"), await get("/login/2")];
  expect((await get("/", erin.cookie)).body, "1", "before");
  const slow = get("/slow", erin.cookie);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const revoked = await sessionctl("revoke", "--user", "1", "--yes");
  expect(revoked.code, 0, `revoke: ${revoked.text}`);
  await slow;
  expect((await get("/", erin.cookie)).body, "nobody", "the revoked client");
  expect((await get("/", frank.cookie)).body, "2", "the other client");
  console.log("express-session proved");
  process.exit(0);
});
