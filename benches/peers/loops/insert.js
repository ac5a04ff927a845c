// Issues and stores sessions: a token, its digest, a row; the tokens are printed. One transaction.
'use strict';
const Database = require('better-sqlite3');
const crypto = require('crypto');
const fs = require('fs');

const db = new Database(process.argv[2]);
db.pragma('cache_size = -262144');
db.pragma('synchronous = NORMAL');
const insert = db.prepare(
  'INSERT INTO sessions (token_hash, user_id, created_at, last_seen, expires_at) VALUES (?, 1, ?, ?, ?)');
const now = Math.floor(Date.now() / 1000);
let lines = [];
db.exec('BEGIN');
for (let n = Number(process.argv[3]); n > 0; n -= 1) {
  const token = crypto.randomBytes(32).toString('hex');
  insert.run(crypto.createHash('sha256').update(token).digest(), now, now, now + 1800);
  lines.push(token);
  if (lines.length === 1000 || n === 1) {
    fs.writeSync(1, lines.join('\n') + '\n');
    lines = [];
  }
}
db.exec('COMMIT');
