// The checks of scripts/hostile-check: a portal of hostile texts, the program that crawls it, and a browser that opens what
// the program shows. One line per failure and a count out.
import { spawn } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [program, executablePath] = process.argv.slice(2);
const START_MS = 120_000;
const TEXTS = readFileSync("fixtures/hostile_texts/texts.jsonl", "utf8").trim().split("\n").map((line) => JSON.parse(line));

let passed = 0;
const failed = [];
const check = (holds, what) => (holds ? (passed += 1) : failed.push(what) && console.log(`failed: ${what}`));

const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
/** Enough words to be an article, and other ones for each: what reads alike would be one story. */
const words = (seed) => {
  const syllables = "ủy ban nhân dân tỉnh triển khai nhiệm vụ bảo đảm đời sống của xã huyện hội nghị kế hoạch nông thôn giao thông học sinh bệnh viện đường cầu nước rừng biển".split(" ");
  let state = seed * 7919 + 13;
  const next = () => syllables[(state = (state * 1103515245 + 12345) % 2147483648) % syllables.length];
  return Array.from({ length: 6 }, () => `<p>Đoạn ${Array.from({ length: 25 }, next).join(" ")}.</p>`).join("");
};

/** Each text twice: as markup, and as words that a portal has escaped as it should. */
const ARTICLES = TEXTS.flatMap((text, n) => [
  { ...text, path: `/tin-tuc/${text.name}-${n}01.html`, raw: true, words: words(2 * n) },
  { ...text, path: `/tin-tuc/${text.name}-${n}02.html`, raw: false, words: words(2 * n + 1) },
]);

function article({ name, title, body, link, image, raw, words }) {
  const as = raw ? (text) => text : escaped;
  const head = `<meta property="og:title" content="${escaped(title)}"><meta property="og:image" content="${escaped(image ?? link)}">
    <meta name="author" content="${escaped(title)}"><meta property="article:section" content="${escaped(link)}">
    <meta property="article:published_time" content="${new Date(Date.now() - 3_600_000).toISOString()}">`;
  return `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Tin ${escaped(name)}</title>${head}</head><body><article>
    <h1>${as(title)}</h1><p class="sapo">${as(title)} ${escaped(link)}</p>${words}<div>${as(body)}</div>
    <p><a href="${escaped(link)}">Tải văn bản kèm theo</a> Số 42/2022/NĐ-CP.</p></article></body></html>`;
}

function home() {
  const items = ARTICLES.map(({ path, title }) => `<li><h3><a href="${path}">${escaped(title)}</a></h3></li>`);
  return `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Cổng</title>
    <link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body><ul>${items.join("")}</ul></body></html>`;
}

function feed(base) {
  const clean = (text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replaceAll("]]>", "]]]]><![CDATA[>");
  const items = ARTICLES.map(({ path, title, body }) => `<item><title><![CDATA[${clean(title)}]]></title><link>${base}${path}</link>
    <description><![CDATA[${clean(body)}]]></description><pubDate>${new Date(Date.now() - 3_600_000).toUTCString()}</pubDate></item>`);
  return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Cổng</title><link>${base}</link>${items.join("")}</channel></rss>`;
}

/** The portal; answers with its address. */
function portal() {
  const pages = new Map(ARTICLES.map((one) => [one.path, one]));
  const server = createServer((request, response) => {
    const path = request.url.split("?")[0];
    const send = (type, text) => response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
    if (path === "/") send("text/html", home());
    else if (path === "/rss.xml") send("application/rss+xml", feed(`http://127.0.0.1:${server.address().port}`));
    else if (pages.has(path)) send("text/html", article(pages.get(path)));
    else response.writeHead(404, { "content-type": "text/plain" }).end("no");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const folder = mkdtempSync(join(tmpdir(), "lantoa-hostile-"));
function environment(port) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("LANTOA__"));
  return {
    ...Object.fromEntries(own),
    LANTOA__FETCH__ALLOW_NETWORKS: '["127.0.0.1/32"]',
    LANTOA__FETCH__DELAY_MS: "0",
    LANTOA__CRAWL__PAGES_PER_VISIT: "1000",
    LANTOA__WEB__LISTEN: `127.0.0.1:${port}`,
    LANTOA__WEB__PUBLIC_URL: `http://127.0.0.1:${port}`,
  };
}

/** Runs a command of the program to its end; answers with what it printed. */
function run(port, ...words) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["--data-dir", folder, ...words], { cwd: folder, env: environment(port) });
    let said = "", troubles = "";
    child.stdout.on("data", (bytes) => (said += bytes));
    child.stderr.on("data", (bytes) => (troubles += bytes));
    child.on("error", reject);
    child.on("exit", (code) => (code === 2 ? reject(new Error(troubles.trim().split("\n").pop())) : resolve(said.trim())));
  });
}

async function serve(port) {
  const child = spawn(program, ["--data-dir", folder, "serve", "--role", "curate,web"], { cwd: folder, env: environment(port), stdio: "ignore" });
  const base = `http://127.0.0.1:${port}`;
  for (let waited = 0; waited < START_MS; waited += 250) {
    if (await fetch(`${base}/healthz`).then((answer) => answer.ok, () => false)) return { base, child };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("the site did not open");
}

/** A browser context in which everything that should not happen is noted. */
async function watched(browser, base, state) {
  const context = await browser.newContext({ locale: "vi-VN", viewport: { width: 1280, height: 800 }, storageState: state });
  const seen = [];
  await context.exposeFunction("lantoaSeen", (what) => seen.push(what));
  await context.addInitScript(() => {
    const tell = (what) => window.lantoaSeen(what);
    window.alert = window.confirm = window.prompt = window.print = () => tell("a script ran");
    window.open = () => tell("a window was opened");
    document.addEventListener("securitypolicyviolation", (event) => tell(`the policy stopped ${event.violatedDirective} ${event.blockedURI}`));
  });
  // Nothing foreign is reached whatever a page asks for.
  await context.route((url) => url.origin !== base, (route) => {
    seen.push(`asked for ${route.request().url().slice(0, 120)}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("pageerror", (error) => seen.push(`error ${error}`));
  context.on("page", () => seen.push("a page was opened"));
  page.on("download", () => seen.push("a download began"));
  return { context, page, seen };
}

/** What a page must be like whatever its texts are. */
function state() {
  const style = (selector) => document.querySelector(selector) && getComputedStyle(document.querySelector(selector));
  const wide = document.documentElement.clientWidth;
  const links = [...document.querySelectorAll("a[href], area[href], form[action], link[href]")].map((node) => new URL(node.getAttribute("href") ?? node.getAttribute("action"), location.href).protocol);
  return {
    direction: [style("html").direction, style("body").direction, style("main")?.direction],
    brand: document.querySelector(".brand")?.getBoundingClientRect().left ?? 0,
    over: document.documentElement.scrollWidth - wide,
    bad: links.filter((protocol) => !/^https?:$/.test(protocol)),
    live: [...document.querySelectorAll("iframe, object, embed, svg, math, base, img, video, audio, style, template, dialog, meta[http-equiv], [style], [srcdoc]")].map((node) => node.outerHTML.slice(0, 80)),
    handlers: [...document.querySelectorAll("*")].filter((node) => [...node.attributes].some((one) => one.name.startsWith("on"))).map((node) => node.outerHTML.slice(0, 80)),
    headings: document.querySelectorAll("h1").length,
    title: document.querySelector("h1")?.textContent ?? "",
    header: document.querySelector("header.top nav") !== null && document.querySelector("footer.bottom") !== null,
  };
}

async function look(view, base, path, shown) {
  view.seen.length = 0;
  const answer = await view.page.goto(base + path, { waitUntil: "load" });
  const where = path.slice(0, 90);
  check(answer.status() === 200 || path.startsWith("/search"), `${where}: status ${answer.status()}`);
  const now = await view.page.evaluate(state);
  await view.page.mouse.move(300, 200);
  // A story of one article is shown as that article.
  const at = path.split("?")[0];
  const alone = at.replace("/stories/", "/items/");
  check([at, alone].some((place) => view.page.url().startsWith(base + place)), `${where}: the page went to ${view.page.url()}`);
  check(view.seen.length === 0, `${where}: ${view.seen[0]}`);
  check(now.direction.every((one) => one === "ltr") && now.brand < 400, `${where}: turned round (${now.direction})`);
  check(now.over <= 0, `${where}: scrolls sideways by ${now.over} px`);
  check(now.bad.length === 0, `${where}: leads to ${now.bad[0]}`);
  check(now.live.length === 0, `${where}: holds ${now.live[0]}`);
  check(now.handlers.length === 0, `${where}: handles ${now.handlers[0]}`);
  check(now.headings === 1 && now.header, `${where}: the page's own parts are upset`);
  if (shown !== undefined) {
    const plain = (text) => text.replace(/\s+/g, " ").trim();
    check(plain(now.title) === plain(shown), `${where}: shows ${JSON.stringify(now.title.slice(0, 60))} for ${JSON.stringify(shown.slice(0, 60))}`);
  }
}

/** What is no page, opened as one: feeds and answers. */
async function open(view, base, path) {
  view.seen.length = 0;
  // A feed may be taken for a download; the request alone must do no harm.
  await view.page.goto(base + path).catch(() => {});
  await view.page.waitForTimeout(50);
  // The browser shows XML with a style of its own, which the policy stops like any other.
  const harmless = ["a download began", "the policy stopped style-src-elem inline"];
  const harm = view.seen.filter((what) => !harmless.includes(what));
  check(harm.length === 0, `${path}: ${harm[0]}`);
}

// Two portals with the same news, so that there are stories.
const sites = [await portal(), await portal()];
const port = await new Promise((resolve) => {
  const free = createServer().listen(0, "127.0.0.1", () => {
    const chosen = free.address().port;
    free.close(() => resolve(chosen));
  });
});
let browser, house;
try {
  for (const [slug, site] of [["cong-thu", sites[0]], ["cong-hai", sites[1]]]) {
    await run(port, "portal", "add", `http://127.0.0.1:${site.address().port}/`, "--slug", slug, "--name", `Cổng <b onclick=alert(1)>${slug}</b> \u202e`, "--kind", "province");
  }
  const report = JSON.parse(await run(port, "--json", "crawl", "--all"));
  check(report.totals.new >= TEXTS.length, `the crawl kept ${report.totals.new} articles of ${ARTICLES.length}: ${JSON.stringify(report.portals[0].errors).slice(0, 300)}`);
  const link = (await run(port, "user", "add", "quan-tri", "--role", "admin")).split("\n").pop();
  house = await serve(port);
  const { base } = house;
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

  const entry = await browser.newContext();
  const door = await entry.newPage();
  await door.goto(link);
  await door.locator("button[name=straight_in]").click();
  const storage = await entry.storageState();
  await entry.close();
  const cookie = storage.cookies.map((one) => `${one.name}=${one.value}`).join("; ");

  const view = await watched(browser, base, storage);
  const items = [];
  for (let page = 1; page <= 20; page += 1) {
    const found = await (await fetch(`${base}/api/v1/search?sort=newest&page=${page}&per_page=50`)).json();
    items.push(...found.items);
    if (found.items.length === 0) break;
  }
  check(items.length >= TEXTS.length, `the search knows ${items.length} articles`);
  for (const item of items) await look(view, base, `/items/${item.id}`, item.title);
  for (const story of new Set(items.map((item) => item.story))) await look(view, base, `/stories/${story}`);

  const lists = ["/", "/search", "/search?sort=newest", "/search?q=tin", "/portals", "/portals/cong-thu", "/desk", "/desk?view=closed",
    "/console", "/console/portals/cong-thu", "/console/unanswered", "/console/rules", "/console/rules/new", "/console/topics", "/console/topics/new",
    "/console/people", "/console/keys", "/console/webhooks", "/console/audit", "/account", "/desk/numbers", "/desk/questions"];
  for (let page = 2; page <= 10; page += 1) lists.push(`/search?sort=newest&page=${page}`);
  for (const text of TEXTS) {
    const typed = encodeURIComponent(text.title.replace(/[\ud800-\udfff]/g, "").slice(0, 1_500));
    lists.push(`/search?q=${typed}`, `/search?portal=${typed}`, `/desk?portal=${typed}`);
  }
  for (const path of lists) await look(view, base, path);

  const queue = await (await fetch(`${base}/api/v1/desk/items`, { headers: { cookie } })).json();
  check(queue.items.length > 50, `the queue has ${queue.items.length} items`);
  for (const item of queue.items) await look(view, base, `/desk/items/${item.id}`);
  for (const item of queue.items.slice(0, 5)) await look(view, base, `/desk/items/${item.id}/rules`);
  for (const story of new Set(items.map((item) => item.story))) await look(view, base, `/desk/stories/${story}`);

  // What is amplified leaves the house; then the outputs are opened as pages.
  for (const item of queue.items.slice(0, 30)) {
    await fetch(`${base}/api/v1/desk/items/${item.id}/decisions`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json", "sec-fetch-site": "same-origin" },
      body: JSON.stringify({ action: "amplify", level: "high", revision: item.revision, reason: item.title.slice(0, 500) }),
    });
  }
  await look(view, base, "/");
  await look(view, base, "/desk?view=amplified");
  for (const path of ["/feeds/amplified.atom", "/feeds/amplified.rss", "/feeds/amplified.json", "/search.atom?q=tin", "/api/v1/search", "/api/v1/amplified", "/sitemap.xml", "/opensearch.xml", `/api/v1/items/${items[0].id}`, `/suggest?q=${encodeURIComponent("<img src=x onerror=alert(1)>")}`, "/console/unanswered.csv"]) await open(view, base, path);

  // Typed into the search box, with the suggestions that come of it.
  for (const text of TEXTS.slice(0, 20)) {
    view.seen.length = 0;
    await view.page.goto(base);
    await view.page.fill("#q", text.title.slice(0, 200));
    await view.page.waitForTimeout(120);
    check(view.seen.length === 0, `suggestions for ${text.name}: ${view.seen[0]}`);
  }
  await view.context.close();
} catch (cause) {
  check(false, String(cause.message).split("\n")[0]);
} finally {
  await browser?.close();
  house?.child.kill("SIGINT");
  if (house) await new Promise((resolve) => house.child.on("exit", resolve));
  sites.forEach((site) => site.close());
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
