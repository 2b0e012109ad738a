// Builds the SPA when it changed since the last time: node build-spa.mjs <frontend folder> <state folder>
// Ends with 0 when frontend/dist is current, 3 when this Node cannot build it, anything else when the build failed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

const [frontend, state] = process.argv.slice(2).map((folder) => path.resolve(folder));
const windows = process.platform === "win32";

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`Node ${process.version} is too old.`);
  process.exit(3);
}

fs.mkdirSync(state, { recursive: true });
const release = await lock(path.join(state, "lock"));
process.on("exit", release);

// Under the lock: the build that held it before us may have done our work.
const inputs = hashOf(filesBelow(frontend, new Set(["node_modules", "dist"])));
if (fs.existsSync(path.join(frontend, "dist", "index.html")) && recorded("built") === inputs) {
  process.exit(0);
}

if (spawnSync("npm", ["--version"], { shell: windows }).status !== 0) {
  console.error("npm was not found.");
  process.exit(3);
}

const packages = hashOf([path.join(frontend, "package-lock.json")]);
if (!fs.existsSync(path.join(frontend, "node_modules")) || recorded("installed") !== packages) {
  forget("installed");
  run("Fetching the packages of the pages (npm ci)", ["ci", "--include=dev", "--no-audit", "--no-fund"]);
  record("installed", packages);
}

forget("built");
run("Building the pages (npm run build)", ["run", "build"]);
record("built", inputs);

function run(what, args) {
  console.error(what);
  const result = spawnSync("npm", args, { cwd: frontend, shell: windows, encoding: "utf8" });
  if (result.status !== 0) {
    console.error(result.stdout ?? "");
    console.error(result.stderr ?? result.error?.message ?? "");
    process.exit(1);
  }
}

function* filesBelow(folder, excluded) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && !excluded.has(entry.name)) {
      yield* filesBelow(full, new Set());
    } else if (entry.isFile()) {
      yield full;
    }
  }
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    const content = createHash("sha256").update(fs.readFileSync(file)).digest("hex");
    hash.update(`${path.relative(frontend, file)}\0${content}\n`);
  }
  return hash.digest("hex");
}

function recorded(name) {
  const file = path.join(state, name);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null;
}

function record(name, value) {
  fs.writeFileSync(path.join(state, name), value);
}

function forget(name) {
  fs.rmSync(path.join(state, name), { force: true });
}

/** Waits until no other build has the file; one that died without giving it back does not count. */
async function lock(file) {
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw error;
      }
    }
    if (isAbandoned(file)) {
      fs.rmSync(file, { force: true });
    } else {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function isAbandoned(file) {
  try {
    const holder = Number(fs.readFileSync(file, "utf8"));
    // Just made and not written yet.
    if (!holder) {
      return Date.now() - fs.statSync(file).mtimeMs > 5000;
    }
    process.kill(holder, 0);
    return false;
  } catch (error) {
    // ESRCH: nobody by that number. ENOENT: given back while we looked. EPERM: alive, somebody else's.
    return error.code === "ESRCH";
  }
}
