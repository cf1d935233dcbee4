#!/usr/bin/env -S node --liftoff-only
// The compiler as Slither calls it. Slither reads syntax trees; generating code as well takes a minute.
"use strict";

const { readFileSync } = require("node:fs");
const solc = require("solc");

if (process.argv.includes("--version")) {
  console.log(`Version: ${solc.version()}`);
} else {
  const input = JSON.parse(readFileSync(0, "utf8"));
  const outputs = { "*": { "": ["ast"], "*": ["abi"] } };
  input.settings = { ...input.settings, outputSelection: outputs, remappings: [] }; // all imports are inlined
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const code = { object: "", sourceMap: "" };
  for (const contract of Object.values(output.contracts ?? {}).flatMap(Object.values)) {
    contract.evm = { bytecode: code, deployedBytecode: code };
  }
  process.stdout.write(JSON.stringify(output));
}
