// The peer Restate: the SDK's endpoint and the client in one process, beside the server whose URL is its argument
// (http://HOST:INGRESS#ADMIN). It does what its standard input says (benches/peers/README.md has the language).

import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import readline from "node:readline";
import * as restate from "@restatedev/restate-sdk";
import { peers } from "./services.mjs";

// How many invocations are under way at once.
const UNDER_WAY = 64;
const WIDE_UNDER_WAY = 8;
// How many submit at once where nothing else is measured; what they submit isn't to run then.
const SUBMITTERS = 8;
const LATER = "delay=1h";

const url = new URL(process.argv[2]);
const admin = `http://${url.hostname}:${url.hash.slice(1)}`;
const agent = new http.Agent({ keepAlive: true, maxSockets: UNDER_WAY });

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

function post(address, body, options = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(address, { method: "POST", headers: { "content-type": "application/json" }, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () => (response.statusCode < 300 ? resolve(text) : reject(new Error(`${response.statusCode}: ${text}`))));
    });
    request.on("error", reject);
    request.end(body);
  });
}

// An invocation, from the call to its result.
const one = (workload) => post(`${url.origin}/peers/${workload}`, "", { agent, headers: {} });

// An invocation that is accepted, for later.
const submit = () => post(`${url.origin}/peers/w1/send?${LATER}`, "", { agent, headers: {} });

// As many clients as are to be under way, each with one call after the other.
async function byClients(clients, count, call) {
  let left = count;
  const client = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: clients }, client));
}

const underWay = (workload) => (workload === "w3" ? WIDE_UNDER_WAY : UNDER_WAY);

// What the server has, by its own SQL.
const COMPLETED = "status = 'completed' and completion_result = 'success'";
const SCHEDULED = "status = 'scheduled'";

async function counted(condition) {
  const query = `select count(*) as n from sys_invocation where ${condition}`;
  const answer = await post(`${admin}/query`, JSON.stringify({ query }), {
    headers: { "content-type": "application/json", accept: "application/json" },
  });
  return JSON.parse(answer).rows[0].n;
}

async function idly(count) {
  const ms = [];
  for (let number = 0; number < count; number++) {
    const start = performance.now();
    await one("w1");
    ms.push(performance.now() - start);
  }
  return { ms };
}

async function timed(work) {
  const began = performance.now();
  await work();
  return { seconds: (performance.now() - began) / 1000 };
}

const DOES = {
  run: ({ workload, count }) => timed(() => byClients(underWay(workload), count, () => one(workload))),
  idle: ({ count }) => idly(count),
  submits: ({ count }) => timed(() => byClients(SUBMITTERS, count, submit)),
};

async function answer(asked) {
  const condition = asked.do === "submits" ? SCHEDULED : COMPLETED;
  const before = await counted(condition);
  const result = await DOES[asked.do](asked);
  return { ...result, completed: (await counted(condition)) - before };
}

function version(name) {
  const file = createRequire(import.meta.url).resolve(`@restatedev/${name}/package.json`);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

// Partitions come up one after the other; a question goes to all of them.
async function untilReady(deadline = Date.now() + 30_000) {
  try {
    return await counted(COMPLETED);
  } catch (error) {
    if (Date.now() > deadline) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return untilReady(deadline);
  }
}

// A line for each invocation would cost more than the steps.
const logger = (meta, message) => (["warn", "error"].includes(meta.level) ? console.error(message) : undefined);

const endpoint = http2.createServer(restate.createEndpointHandler({ services: [peers], logger }));
endpoint.listen(0, "127.0.0.1", async () => {
  await untilReady();
  await post(`${admin}/deployments`, JSON.stringify({ uri: `http://127.0.0.1:${endpoint.address().port}` }));
  say({ ready: true, version: `restate-server ${version("restate-server")}, restate-sdk, Node ${process.versions.node}` });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      say(await answer(JSON.parse(line)));
    } catch (error) {
      say({ error: String(error) });
    }
  }
  process.exit();
});
