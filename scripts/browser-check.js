// The checks of scripts/browser-check: the program and a browser in, one line per failure and a count out.
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";
import { RULES, check, demo, group, open, score } from "./house.js";

const [program, executablePath] = process.argv.slice(2);
const WIDTHS = [1280, 320];

/** Parts that stick out at the right although they do not lie in a box that scrolls. */
function stickingOut() {
  const wide = document.documentElement.clientWidth;
  const scrolls = (node) => node && node !== document.body && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((node) => node.getClientRects().length && node.getBoundingClientRect().right > wide + 1 && !scrolls(node))
    .map((node) => node.outerHTML.slice(0, 80));
}

/** Walks the page with the Tab key; answers with the stops that cannot be seen. */
async function unseenStops(page) {
  const unseen = [];
  await page.evaluate(() => window.scrollTo(0, 0));
  for (let stop = 0; stop < 25; stop += 1) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body) return null;
      const style = getComputedStyle(node);
      const box = node.getBoundingClientRect();
      const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0;
      return drawn && inside ? "" : node.outerHTML.slice(0, 80);
    });
    if (found === null) break;
    if (found) unseen.push(found);
  }
  return unseen;
}

async function look(browser, base, name, path, width, state, colorScheme) {
  const where = `${name} at ${width} px, ${colorScheme}`;
  await group(where, async () => {
    const view = await open(browser, base, { viewport: { width, height: 800 }, colorScheme, storageState: state });
    const { page } = view;
    const answer = await page.goto(base + path);
    check(answer.status() < 500, `${where}: status ${answer.status()}`);
    check(page.url().startsWith(base + path.split("?")[0]), `${where}: led to ${page.url()}`);
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    const words = violations.map((found) => `${found.id} (${found.nodes.length}, ${found.nodes[0].target.join(" ")})`);
    check(violations.length === 0, `${where}: axe: ${words.join("; ")}`);
    const [scroll, out] = await page.evaluate(`(() => {
      ${stickingOut}
      return [document.documentElement.scrollWidth - document.documentElement.clientWidth, stickingOut()];
    })()`);
    check(scroll <= 0 && out.length === 0, `${where}: scrolls sideways by ${scroll} px ${out.slice(0, 3).join(" ")}`);
    const unseen = await unseenStops(page);
    check(unseen.length === 0, `${where}: focus cannot be seen on ${unseen.slice(0, 3).join(" ")}`);
    check(view.noise.length === 0, `${where}: console: ${view.noise[0]}`);
    check(view.outside.length === 0, `${where}: asks elsewhere: ${view.outside[0]}`);
    await view.close();
  });
}

/** Text at twice its size, and colours that the system chooses: nothing may be lost. */
async function strained(browser, base, name, path) {
  await group(`${name}, strained`, async () => {
    const view = await open(browser, base, { viewport: { width: 1280, height: 800 }, bypassCSP: true });
    await view.page.goto(base + path);
    await view.page.addStyleTag({ content: "html { font-size: 200% !important }" });
    const over = await view.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    check(over <= 0, `${name} with text at 200 %: scrolls sideways by ${over} px`);
    const cut = await view.page.evaluate(() =>
      [...document.querySelectorAll("a, button, label, h1, h2, h3, p")]
        .filter((node) => node.offsetParent && !node.closest(".hidden, .skip") && getComputedStyle(node).overflow === "hidden" && node.scrollWidth > node.clientWidth + 1)
        .map((node) => node.outerHTML.slice(0, 80)));
    check(cut.length === 0, `${name} with text at 200 %: cut off: ${cut[0]}`);
    await view.close();
    const forced = await open(browser, base, { viewport: { width: 1280, height: 800 }, forcedColors: "active" });
    await forced.page.goto(base + path);
    const unseen = await unseenStops(forced.page);
    check(unseen.length === 0, `${name} in forced colours: focus cannot be seen on ${unseen[0]}`);
    await forced.page.emulateMedia({ media: "print" });
    const printed = await forced.page.locator("main h1").isVisible();
    check(printed && !(await forced.page.locator("header nav").isVisible()), `${name} printed: the heading is missing or the navigation is not`);
    await forced.close();
  });
}

/** Suggestions: by keys, not while a syllable is being composed, and gone with Escape. */
async function suggestions(browser, base) {
  const view = await open(browser, base, { viewport: { width: 375, height: 800 } });
  const { page } = view;
  const asked = [];
  page.on("request", (request) => request.url().includes("/suggest?") && asked.push(request.url()));
  await page.goto(base);
  const box = page.locator("#q");
  await box.focus();
  await page.keyboard.type("nha", { delay: 20 });
  const options = page.locator("#q-list [role=option]");
  await options.first().waitFor();
  const count = await options.count();
  check(count > 0 && count <= 8, `suggestions: ${count} of them`);
  check(asked.length <= 2, `suggestions: ${asked.length} requests for three quick keys`);
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  check(violations.length === 0, `suggestions: axe: ${violations.map((found) => `${found.id} ${found.nodes[0].target}`).join("; ")}`);
  await page.keyboard.press("ArrowDown");
  const active = await box.getAttribute("aria-activedescendant");
  check(active !== null && (await page.locator(`#${active}`).getAttribute("aria-selected")) === "true", "suggestions: ArrowDown chooses nothing");
  check((await box.inputValue()) === (await options.first().locator("span").first().innerText()), "suggestions: the chosen one does not stand in the box");
  await page.keyboard.press("ArrowUp");
  check((await box.inputValue()) === "nha", "suggestions: the way back does not give what was typed");
  await page.keyboard.press("Escape");
  check((await options.count()) === 0 && (await box.getAttribute("aria-expanded")) === "false", "suggestions: Escape does not close them");
  // An input method composes: events as Telex and VNI editors send them.
  const before = asked.length;
  await box.evaluate((input) => {
    input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
    input.value = "nhà o";
    input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
  });
  await page.waitForTimeout(500);
  check(asked.length === before, "suggestions: asked in the middle of a syllable");
  await box.evaluate((input) => {
    input.value = "nhà ở";
    input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
  });
  await options.first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL((address) => address.pathname !== "/");
  check(!page.url().includes("/suggest"), `suggestions: Enter leads to ${page.url()}`);
  check(view.noise.length === 0, `suggestions: console: ${view.noise[0]}`);
  await view.close();
}

/** Without scripts: search, facet, next page, sign in, decide, undo. */
async function withoutScripts(browser, base, editor) {
  const view = await open(browser, base, { javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
  const { page } = view;
  await page.goto(base);
  await page.fill("#q", "bao so 12");
  await page.click(".find button");
  check(page.url().includes("/search?q=bao"), `no scripts: the search leads to ${page.url()}`);
  const all = await page.locator(".hits > li").count();
  check(all > 0, "no scripts: the search finds nothing");
  check((await page.locator(".combo [role=listbox]").count()) === 0, "no scripts: a list without a script");
  await page.locator("input[name=portal]").first().check();
  await page.getByRole("button", { name: "Áp dụng" }).click();
  check((await page.locator(".chosen li").count()) === 1, "no scripts: a facet cannot be chosen");
  await page.locator(".chosen a").first().click();
  check((await page.locator(".hits > li").count()) === all, "no scripts: a facet cannot be taken away");
  await page.goto(`${base}/search?sort=newest`);
  await page.locator(".pages a").first().click();
  check(page.url().includes("page=2"), `no scripts: the second page is ${page.url()}`);
  check((await page.locator(".hits > li").count()) > 0, "no scripts: the second page is empty");
  await page.locator(".hits h2 a").first().click();
  check((await page.locator("a.button").count()) === 1, "no scripts: an item does not lead to its original");

  await page.goto(editor);
  await page.locator("button[name=straight_in]").click();
  check(page.url().endsWith("/desk"), `no scripts: signing in leads to ${page.url()}`);
  const first = page.locator("#queue .card").first();
  const title = (await first.locator("h2").innerText()).trim();
  await first.locator("select[name=level]").selectOption("urgent");
  await first.locator("button[value=amplify]").click();
  check((await page.locator(".undo").innerText()).includes(title), "no scripts: the desk does not say what was decided");
  const feed = async () => (await page.request.get(`${base}/feeds/amplified.json`)).json();
  const told = (await feed()).items.find((item) => item.title === title);
  check(told?._lantoa.status === "amplified" && told?._lantoa.level === "urgent", "no scripts: the feed lacks what was amplified");
  await page.locator(".undo button[value=undo]").click();
  check((await page.locator("#queue .card h2").first().innerText()).trim() === title, "no scripts: undo does not bring the item back");
  const recalled = (await feed()).items.find((item) => item.title.includes(title));
  check(recalled?._lantoa.status === "recalled", "no scripts: the feed does not recall what was undone");
  check(view.outside.length === 0, `no scripts: asks elsewhere: ${view.outside[0]}`);
  const state = await page.context().storageState();
  await view.close();
  return state;
}

const house = await demo(program);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const { base, links } = house;
  const states = {};
  for (const role of ["admin", "operator", "officer"]) {
    const context = await browser.newContext({ locale: "vi-VN" });
    const page = await context.newPage();
    await page.goto(links[role]);
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    check(violations.length === 0, `sign-in link: axe: ${violations.map((found) => found.id).join(" ")}`);
    await page.locator("button[name=straight_in]").click();
    states[role] = await context.storageState();
    await context.close();
  }

  await group("no scripts", async () => {
    states.editor = await withoutScripts(browser, base, links.editor);
  });

  const found = await (await fetch(`${base}/api/v1/search?q=nha+o`)).json();
  const queue = await (await fetch(`${base}/api/v1/desk/items`, { headers: { cookie: states.admin.cookies.map((c) => `${c.name}=${c.value}`).join("; ") } })).json();
  const withDocument = await (await fetch(`${base}/api/v1/search`)).json();
  const number = Object.keys(withDocument.facets.document)[0] ?? "1/2026/NĐ-CP";
  const copied = withDocument.items.find((item) => item.copies > 0) ?? found.items[0];
  const portal = Object.keys(withDocument.facets.portal)[0];
  const pages = [
    ["first page", "/"],
    ["first page in English", "/?lang=en"],
    ["search", "/search?q=nha+o+xa+hoi"],
    ["filtered search", "/search?portal=tinh-van-son&from=01/11/2026&to=30/11/2026&sort=newest"],
    ["empty search", "/search?q=zzzqqq&from=x"],
    ["newest", "/search?sort=newest"],
    ["item", `/items/${found.items[0].id}`],
    ["story", `/stories/${copied.story}`],
    ["document", `/documents/${number.split("/").map(encodeURIComponent).join("/")}`],
    ["portals", "/portals"],
    ["portal", `/portals/${portal}`],
    ["portal in English", `/portals/${portal}?lang=en`],
    ["search with notes", "/search?q=ubnd"],
    ["unanswered", "/console/unanswered", "operator"],
    ["login", "/login"],
    ["spent link", "/sign-in/spent"],
    ["crawler", "/crawler"],
    ["accessibility", "/accessibility"],
    ["missing page", "/nothing"],
    ["desk", "/desk", "admin"],
    ["desk, closed", "/desk?view=closed", "admin"],
    ["desk of an officer", "/desk", "officer"],
    ["desk item", `/desk/items/${queue.items[0].id}`, "admin"],
    ["rules of a desk item", `/desk/items/${queue.items[0].id}/rules`, "admin"],
    ["rules", "/console/rules", "admin"],
    ["new rule", "/console/rules/new", "admin"],
    ["topics", "/console/topics", "admin"],
    ["topic", "/console/topics/y-te", "admin"],
    ["forbidden", "/console", "officer"],
    ["console", "/console", "operator"],
  ];
  for (const [name, path, role] of pages) {
    for (const width of WIDTHS) {
      const schemes = width === WIDTHS[0] ? ["light", "dark"] : ["light"];
      for (const scheme of schemes) await look(browser, base, name, path, width, states[role], scheme);
    }
    if (!role) await strained(browser, base, name, path);
  }
  await group("suggestions", () => suggestions(browser, base));
} catch (cause) {
  check(false, String(cause.message).split("\n")[0]);
} finally {
  await browser.close();
  await house.stop();
}
console.log(`${score.passed} passed, ${score.failed.length} failed`);
process.exit(score.failed.length ? 1 : 0);
