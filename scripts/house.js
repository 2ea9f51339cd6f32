// What the checks in a browser share: the demo as a child, a page whose console and requests are watched, and a count.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const START_MS = 120_000;

/** What axe knows of WCAG 2.2 AA, and its advice on good practice. */
export const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const score = { passed: 0, failed: [] };
export const check = (holds, what) => (holds ? (score.passed += 1) : score.failed.push(what) && console.log(`failed: ${what}`));

/** Runs one group of checks; an exception is one failure and does not end the others. */
export async function group(name, work) {
  try {
    await work();
  } catch (cause) {
    const place = /(check|questions)\.js:\d+/.exec(cause.stack ?? "")?.[0] ?? "";
    check(false, `${name}: ${String(cause.message).split("\n")[0]} ${place}`);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the demo; answers with its address, its sign-in links by role, and how to stop it. */
export async function demo(program) {
  const port = await freePort();
  const child = spawn(program, ["demo", "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "", troubles = "";
  child.stderr.on("data", (bytes) => (troubles += bytes));
  const links = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the demo did not open within ${START_MS / 1000} s`)), START_MS);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the demo ended with ${code}: ${troubles.trim().split("\n").pop()}`)));
    child.stdout.on("data", (bytes) => {
      said += bytes;
      const found = Object.fromEntries([...said.matchAll(/^\s+(\w+)\s+(http:\S+\/sign-in\/\S+)\s*$/gm)].map((m) => [m[1], m[2]]));
      if (said.includes("Ctrl-C")) {
        clearTimeout(late);
        resolve(found);
      }
    });
  });
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners("exit");
      child.on("exit", resolve);
      child.kill("SIGINT");
    });
  return { base: `http://127.0.0.1:${port}`, links, stop };
}

/** A page whose console and requests are watched. */
export async function open(browser, base, options) {
  const context = await browser.newContext({ locale: "vi-VN", ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const noise = [];
  const outside = [];
  page.on("console", (message) => {
    // A page that was asked for and is missing is not an error of the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) noise.push(message.text());
  });
  page.on("pageerror", (error) => noise.push(String(error)));
  page.on("request", (request) => request.url().startsWith(base) || outside.push(request.url()));
  return { page, noise, outside, close: () => context.close() };
}
