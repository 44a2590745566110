// Runs every test of the repository, stage by stage, and ends in one line:
// `N passed, N failed`, summed over all runners. A stage that fails without a
// failing test of its own (a build error, say, or a lint) counts as one failure.
// The line is kept in the target folder's `summary`, too.
//
//   node scripts/run-tests.mjs [--check] [stage …]
//
// With `--check`, the lints of `make check` are a stage too.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(import.meta.url), "../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const nextest = spawnSync("cargo", ["nextest", "--version"]).status === 0;

const stages = [
  { name: "set-up", command: ["scripts/setup", "test"], vital: true },
  { name: "check", command: ["scripts/check"], optional: true },
  { name: "web build", command: ["npm", "run", "--silent", "build"], cwd: "web-demo", vital: true },
  {
    // Builds the binary that the later stages start, too.
    name: "rust",
    command: nextest
      ? ["cargo", "nextest", "run", "--workspace", "--locked", "--no-fail-fast"]
      : ["cargo", "test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"],
    count: nextest ? countNextest : countCargoTest,
  },
  { name: "vitest", command: ["npm", "run", "--silent", "test"], cwd: "web-demo", count: countVitest },
  { name: "interop", command: ["crates/lectern/tests/interop/run"], count: countPytest },
  { name: "contract", command: ["crates/lectern/tests/contract/run"], count: countPytest },
  { name: "browsers", command: ["npm", "run", "--silent", "e2e"], cwd: "web-demo", count: countPlaywright },
];

const tools = join(root, "target/tools");
const environment = {
  ...process.env,
  CARGO_TARGET_DIR: target,
  CARGO_TERM_COLOR: "never",
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
  LECTERN_BIN: join(target, "debug/lectern"),
  LECTERN_POSTGRES_BIN: process.env.LECTERN_POSTGRES_BIN,
  PATH: `${process.env.PATH}:${tools}`,
};

const options = process.argv.slice(2);
const wanted = options.filter((option) => option !== "--check");
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`unknown stage: ${unknown.join(", ")}; there are: ${stages.map((s) => s.name).join(", ")}`);
  process.exit(2);
}

mkdirSync(target, { recursive: true });
const results = [];
for (const stage of stages.filter(isWanted)) {
  results.push(await run(stage));
  if (stage.name === "set-up") findPostgres();
  // Nothing after it could say anything.
  if (stage.vital && results.at(-1).failed > 0) break;
}
await testPostgresGone();
report(results);

function isWanted({ name, optional }) {
  if (wanted.length > 0) return wanted.includes(name);
  return !optional || options.includes("--check");
}

async function run(stage) {
  console.log(`\n=== ${stage.name}`);
  const started = performance.now();
  const { status, output } = await stream(stage);
  const { passed, failed } = stage.count?.(output) ?? { passed: 0, failed: 0 };
  const unexplained = status !== 0 && failed === 0 ? 1 : 0;
  // A runner that says it is content without having run a test is broken.
  const silent = stage.count && status === 0 && passed === 0 ? 1 : 0;
  if (silent) console.error(`${stage.name}: no test ran`);
  return {
    name: stage.name,
    passed,
    failed: failed + unexplained + silent,
    seconds: (performance.now() - started) / 1000,
  };
}

function stream({ command: [program, ...args], cwd }) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: join(root, cwd ?? "."),
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
      process.stdout.write(data);
    });
    child.stderr.on("data", (data) => {
      output += data;
      process.stderr.write(data);
    });
    child.on("error", (error) => {
      console.error(error.message);
      done({ status: 1, output });
    });
    child.on("close", (status) => done({ status: status ?? 1, output: plain(output) }));
  });
}

function findPostgres() {
  const found = spawnSync(join(root, "scripts/postgres-bin"), { env: environment });
  if (found.status === 0) environment.LECTERN_POSTGRES_BIN = found.stdout.toString().trim();
  else console.error(found.stderr?.toString());
}

// The tests' cluster outlives every single test process, and stops by itself a
// few seconds after the last one: the run is over when it has.
async function testPostgresGone() {
  const pidFile = join(target, "test-postgres/data/postmaster.pid");
  for (let waited = 0; waited < 30_000 && existsSync(pidFile); waited += 200) await pause(200);
  if (existsSync(pidFile)) console.error(`the tests' Postgres still runs: ${pidFile}`);
}

function report(results) {
  console.log("\n=== times");
  for (const { name, passed, failed, seconds } of results) {
    const counts = passed + failed > 0 ? `${passed} passed, ${failed} failed` : "done";
    console.log(`${name.padEnd(12)} ${seconds.toFixed(0).padStart(5)} s   ${counts}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const seconds = results.reduce((total, result) => total + result.seconds, 0);
  console.log(`${"all".padEnd(12)} ${seconds.toFixed(0).padStart(5)} s\n`);
  const summary = `${sum("passed")} passed, ${sum("failed")} failed`;
  writeFileSync(join(target, "summary"), `${summary}\n`);
  console.log(summary);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
}

function plain(text) {
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}

function total(output, pattern) {
  let sum = 0;
  for (const match of output.matchAll(pattern)) sum += Number(match[1]);
  return sum;
}

// "Summary [  12.3s] 123 tests run: 120 passed (1 slow), 2 failed, 1 timed out, 0 skipped"
function countNextest(output) {
  const summary = output.match(/^\s*Summary \[.*$/m)?.[0] ?? "";
  return {
    passed: total(summary, /(\d+) passed/g),
    failed: total(summary, /(\d+) (?:failed|timed out|exec failed)/g),
  };
}

// "test result: ok. 5 passed; 0 failed; …", once a binary
function countCargoTest(output) {
  return {
    passed: total(output, /^test result: .*?(\d+) passed/gm),
    failed: total(output, /^test result: .*?(\d+) failed/gm),
  };
}

// "      Tests  1 failed | 12 passed (13)"
function countVitest(output) {
  const summary = output.match(/^\s*Tests\s+.*$/m)?.[0] ?? "";
  return { passed: total(summary, /(\d+) passed/g), failed: total(summary, /(\d+) failed/g) };
}

// "=== 3 passed, 1 failed, 1 error in 2.10s ==="
function countPytest(output) {
  const summary = output.match(/^.*\d+ (?:passed|failed|errors?).* in [\d.]+s.*$/gm)?.at(-1) ?? "";
  return { passed: total(summary, /(\d+) passed/g), failed: total(summary, /(\d+) (?:failed|errors?)/g) };
}

// "  5 passed (1.2m)" and "  1 failed" on lines of their own
function countPlaywright(output) {
  return {
    passed: total(output, /^\s*(\d+) passed\b/gm),
    failed: total(output, /^\s*(\d+) (?:failed|did not run|interrupted)\b/gm),
  };
}
