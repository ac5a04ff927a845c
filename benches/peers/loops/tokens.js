// Makes tokens with the standard library; a thousand are written together.
'use strict';
const crypto = require('crypto');
const fs = require('fs');

let lines = [];
for (let n = Number(process.argv[2]); n > 0; n -= 1) {
  lines.push(crypto.randomBytes(32).toString('hex'));
  if (lines.length === 1000 || n === 1) {
    fs.writeSync(1, lines.join('\n') + '\n');
    lines = [];
  }
}
