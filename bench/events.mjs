// What idle clients of /events cost: node bench/events.mjs <base> <token> <clients> <seconds> <pid>[,<pid>...]
// Opens the streams through the gateway, waits, and prints resident memory of the processes before and with them.
import * as fs from "node:fs";
import * as http from "node:http";

const [base, token, clients, seconds, pids] = process.argv.slice(2);
const processes = pids.split(",").map(Number);
const agent = new http.Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
const heard = { greeted: 0, kept: 0, events: 0, ended: 0, refused: 0 };

function resident() {
  return processes.map((pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024);
}

function open() {
  return new Promise((resolve, reject) => {
    const request = http.get(`${base}/api/v1/events`, { agent, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      if (answer.statusCode !== 200) {
        heard.refused++;
        answer.resume();
        resolve();
        return;
      }
      answer.setEncoding("utf8");
      answer.on("data", (text) => {
        heard.greeted += text.split("event: hello").length - 1;
        heard.kept += text.split(": keep-alive").length - 1;
        heard.events += text.split(/event: (?!hello)/).length - 1;
        resolve();
      });
      answer.on("close", () => heard.ended++);
    });
    request.on("error", reject);
  });
}

const name = (pid) => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").find((part) => part.endsWith(".dll"))?.split("/").at(-1) ?? pid;
const show = (label, figures) =>
  console.log(`${label}: ${figures.map((mib, i) => `${name(processes[i])} ${mib.toFixed(1)} MiB`).join(", ")}`);

// So that what the first requests of any kind cost is not counted as the clients'.
for (let i = 0; i < 20; i++) {
  await fetch(`${base}/api/v1/scans`, { headers: { Authorization: `Bearer ${token}` } }).then((answer) => answer.text());
}
const before = resident();
show("before", before);
const started = Date.now();
for (let i = 0; i < Number(clients); i += 50) {
  await Promise.all(Array.from({ length: Math.min(50, Number(clients) - i) }, open));
}
show(`opened in ${Date.now() - started} ms`, resident());
const end = Date.now() + Number(seconds) * 1000;
while (Date.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  show(`after ${Math.round((Date.now() - started) / 1000)} s`, resident());
}
const after = resident();
const cost = after.map((mib, i) => mib - before[i]);
show("cost", cost);
console.log(`cost in all: ${cost.reduce((sum, mib) => sum + mib, 0).toFixed(1)} MiB for ${clients} clients`, heard);
process.exit(0);
