// Gives the hash-locked WebAssembly compiler the command line that py-solc-x expects of native solc.
// Reads standard JSON from stdin; every import must be inlined in it, nothing is read from disk.
"use strict";

const { readFileSync } = require("node:fs");
const solc = require("solc");

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else {
  const input = JSON.parse(readFileSync(0, "utf8"));
  for (const source of Object.keys(input.settings.outputSelection)) {
    // Ape discards the outputs of unpacked dependencies; not producing them halves the time.
    if (source.includes("/.cache/")) delete input.settings.outputSelection[source];
  }
  process.stdout.write(solc.compile(JSON.stringify(input)));
}
