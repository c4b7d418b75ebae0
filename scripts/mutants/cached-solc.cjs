#!/usr/bin/env node
/**
 * The compiler of the temporary copies. Forge asks it for the ABI of everything before each filtered run, changed or not: answers are
 * kept by the hash of the question, below the folder that MUTANTS_SOLC_CACHE names.
 */
const {createHash} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const {gunzipSync, gzipSync} = require('node:zlib');

const KEPT_MAX = 60;
const folder = process.env.MUTANTS_SOLC_CACHE;

/** @param {string} question @param {() => string} answer */
function remembered(question, answer) {
  if (folder === undefined) return answer();
  const version = require('solc/package.json').version;
  const file = path.join(folder, `${createHash('sha256').update(version).update(question).digest('hex')}.gz`);
  if (fs.existsSync(file)) {
    fs.utimesSync(file, new Date(), new Date());
    return gunzipSync(fs.readFileSync(file)).toString('utf8');
  }
  const text = answer();
  fs.mkdirSync(folder, {recursive: true});
  fs.writeFileSync(`${file}.${process.pid}`, gzipSync(text, {level: 1}));
  fs.renameSync(`${file}.${process.pid}`, file);
  forgetOldest();
  return text;
}

function forgetOldest() {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.gz')).map((name) => path.join(folder, name));
  const byAge = files.map((file) => ({file, at: fs.statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0})).sort((a, b) => b.at - a.at);
  for (const {file} of byAge.slice(KEPT_MAX)) fs.rmSync(file, {force: true});
}

const args = process.argv.slice(2);
if (args.includes('--version')) {
  const version = () => require('solc').version().replace('.Emscripten.clang', '.Linux.g++');
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${remembered('--version', version)}\n`);
} else if (args.includes('--standard-json')) {
  const question = fs.readFileSync(0, 'utf8');
  fs.writeFileSync(1, remembered(question, () => require('solc').compile(question)));
}
