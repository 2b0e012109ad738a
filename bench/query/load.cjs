// Asks each route with 50 clients for some seconds, at places of any depth, and writes a table of how long answers took.
// load.cjs <address of the API> <places.json> <seconds> <log of the seeder>; FIXITY_KEY: the secret of gateway and services.
const autocannon = require("autocannon");
const { createHmac } = require("node:crypto");
const { existsSync, readFileSync } = require("node:fs");
const os = require("node:os");

const [api, placesFile, seconds, seedLog] = process.argv.slice(2);
const places = JSON.parse(readFileSync(placesFile, "utf8"));
const CLIENTS = 50;

/** As the gateway signs it; good for a minute. */
function identity() {
  const claims = { Name: "bench", Role: "viewer", Expires: Math.floor(Date.now() / 1000) + 55 };
  const body = `v1.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${body}.${createHmac("sha256", process.env.FIXITY_KEY).update(body).digest("base64url")}`;
}

const cursor = (key) => `cursor=${Buffer.from(JSON.stringify(key)).toString("base64url")}`;
const encoded = encodeURIComponent;
const files = places.files;
const targets = places.targets;
const text = (file) => encoded(file[2].match(/[A-Za-z0-9]{5,}(?=[^/]*$)/)?.[0] ?? "IMG_0001");
const folder = (file) => encoded(file[2].slice(0, file[2].lastIndexOf("/")));
const byPath = ([, target, path]) => cursor({ Sort: "path", TargetId: target, Path: path, Value: null, Id: 0 });
const byValue = (sort, value, id) => cursor({ Sort: sort, TargetId: 0, Path: "", Value: value, Id: id });
const atChange = ([id, time]) => cursor({ Sort: "-detectedAt", DetectedAt: time, Id: id });
const month = ([, time], months) => new Date(time / 1000 + months * 30 * 86_400_000).toISOString();
const of = (rows, one) => rows.map(one);

const routes = [
  ["/files", of(files, (f) => `/files?${byPath(f)}`)],
  ["/files of a target and state", of(files, (f) => `/files?target=${f[1]}&state=deleted&${byPath(f)}`)],
  ["/files damaged", of(files, (f) => `/files?state=corrupted,tampered&${byPath(f)}`)],
  ["/files below a folder with % and _", of([1, 2, 3, 4], (q) => `/files?path=reports_100%25/q${q}_2019`)],
  ["/files below the folder of any file", of(files, (f) => `/files?target=${f[1]}&path=${folder(f)}`)],
  ["/files by text", of(files, (f) => `/files?q=${text(f)}`)],
  ["/files by glob", of(files, (f) => `/files?glob=**/*${text(f)}*`)],
  ["/files by size, largest first", of(files, (f) => `/files?sort=-size&${byValue("-size", f[3], f[0])}`)],
  ["/files by size of a target and state",
    of(files, (f) => `/files?sort=-size&target=${f[1]}&state=deleted&${byValue("-size", f[3], f[0])}`)],
  ["/files by verification", of(files, (f) => `/files?sort=verifiedAt&${byValue("verifiedAt", f[4], f[0])}`)],
  ["/files/{id}/history", of(files, (f) => `/files/${f[0]}/history`)],
  ["/changes", of(places.changes, (c) => `/changes?${atChange(c)}`)],
  ["/changes of a target", of(places.changes, (c) => `/changes?target=${targets[c[0] % targets.length]}&${atChange(c)}`)],
  ["/changes of a common type", of(places.changes, (c) => `/changes?type=deleted&${atChange(c)}`)],
  ["/changes of a rare type", of(places.changes, (c) => `/changes?type=restored,accepted&${atChange(c)}`)],
  ["/changes, critical and not acknowledged",
    of(places.changes, (c) => `/changes?severity=critical&acknowledged=false&${atChange(c)}`)],
  ["/changes of a target, type and month",
    of(places.changes, (c) =>
      `/changes?target=${targets[c[0] % targets.length]}&type=moved&since=${month(c, -1)}&until=${month(c, 0)}`)],
  ["/changes below a folder with % and _",
    of(places.changes, (c) => `/changes?path=reports_100%25/q${1 + (c[0] % 4)}_2019&${atChange(c)}`)],
  ["/changes by text", of(files, (f) => `/changes?q=${text(f)}`)],
  ["/changes of the largest scan", of(places.ofLargestScan, (c) => `/changes?scan=${places.largestScan}&${atChange(c)}`)],
  ["/changes of the largest scan and a type",
    of(places.ofLargestScan, (c) => `/changes?scan=${places.largestScan}&type=deleted&${atChange(c)}`)],
  ["/scans", of(places.scans, (s) => `/scans?${cursor({ Sort: "-requestedAt", Value: s[1], Id: s[0] })}`)],
  ["/scans of a target that failed",
    of(places.scans, (s) =>
      `/scans?target=${targets[s[0] % targets.length]}&status=failed,partial&${cursor({ Sort: "-requestedAt", Value: s[1], Id: s[0] })}`)],
  ["/scans, longest first", of(places.scans, (s) => `/scans?sort=-duration&${cursor({ Sort: "-duration", Value: s[2], Id: s[0] })}`)],
  ["/scans/{id}/errors", of(places.withErrors ?? [1], (id) => `/scans/${id}/errors?cursor=${Buffer.from("1000").toString("base64url")}`)],
  ["/targets", ["/targets", "/targets?sort=-bytesPresent", "/targets?state=online&type=local"]],
];

/** Milliseconds of each answer in order, and how many were none. */
function ask(paths, duration) {
  return new Promise((resolve, reject) => {
    const took = [];
    const headers = { "x-fixity-identity": identity() };
    autocannon(
      {
        url: api,
        connections: CLIENTS,
        duration,
        headers,
        // Each client begins somewhere else: no two ask for the same place at the same time.
        setupClient: (client) => {
          const from = Math.floor(Math.random() * paths.length);
          client.setRequests([...paths.slice(from), ...paths.slice(0, from)]
            .map((path) => ({ method: "GET", path: `/api/v1${path}`, headers })));
          client.on("response", (_status, _bytes, milliseconds) => took.push(milliseconds));
        },
      },
      (failure, { non2xx, errors } = {}) =>
        failure ? reject(failure) : resolve({ took: took.sort((one, other) => one - other), failed: non2xx + errors }),
    );
  });
}

/** Each route must answer before it is measured: what is refused is fast. */
async function check(name, path) {
  const response = await fetch(api + path, { headers: { "x-fixity-identity": identity() } });
  if (!response.ok) {
    throw new Error(`${name}: ${path}: ${response.status} ${await response.text()}`);
  }
  return (await response.json()).items?.length;
}

async function main() {
  console.log(`# The lists of the query API: ${CLIENTS} clients, ${seconds} s a route\n`);
  console.log(`${new Date().toISOString().slice(0, 10)}, ${os.cpus()[0].model.trim()}, ${os.cpus().length} cores ` +
    `(PostgreSQL, the query service and the load share them), ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB. ` +
    "Clients ask again as soon as they are answered; pages of 50, each at another place of the list. `bench/query.sh`.\n");
  const rows = Object.entries(places.rows).map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
  console.log(`${rows.join(", ")}; the database takes ${(places.bytes / 2 ** 30).toFixed(1)} GiB with its indexes.`);
  if (existsSync(seedLog)) {
    console.log(`Seeded in ${readFileSync(seedLog, "utf8").trim().split("\n").at(-1).trim().split(" ")[0]} s.`);
  }

  console.log("\n| Route | Answers a second | p50 ms | p95 ms | p99 ms | Slowest ms | Failed |\n|---|--:|--:|--:|--:|--:|--:|");
  for (const [name, paths] of routes) {
    await check(name, paths[0]);
    await ask(paths, 1);
    const { took, failed } = await ask(paths, Number(seconds));
    const at = (part) => (took[Math.min(Math.floor(took.length * part), took.length - 1)] ?? Number.NaN).toFixed(0);
    console.log(`| ${name} | ${(took.length / seconds).toFixed(0)} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${at(1)} | ${failed} |`);
  }
}

main().catch((failure) => {
  console.error(failure.message);
  process.exit(1);
});
